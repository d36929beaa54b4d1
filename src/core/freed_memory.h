#pragma once
// What the C library does with memory that was freed.

namespace weir {

/// For a program whose blocks of some MiB come and go all the time (messages, activations): up to
/// 128 MiB of freed memory stay with the process, where glibc would give them back to the system
/// and take them again, page by page. Of the whole process; called once, before threads are
/// started. Does nothing with other C libraries.
void keep_freed_memory();

}  // namespace weir
