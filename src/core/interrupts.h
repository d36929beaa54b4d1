#pragma once
// The user's wish to stop, as something to ask for instead of a handler that interrupts.

namespace weir {

/// While it lives, SIGINT and SIGTERM are held back from every thread that this one starts, and
/// wait to be taken; SIGPIPE is ignored, so that a closed pipe after `weir run` does not end the
/// study, and so is SIGHUP: who logs out or closes the terminal does not mean to end a study of
/// hours. Make it before any other thread.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Whether one came since the last call; takes one of them. Does not wait.
  bool take();
};

}  // namespace weir
