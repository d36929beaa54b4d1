#include "src/wire/keys.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <thread>

#include <nlohmann/json.hpp>
#include <zmq.h>

#include "src/core/error.h"
#include "src/wire/json_number.h"
#include "src/wire/private_file.h"

namespace weir::wire {
namespace {

using nlohmann::json;

constexpr int format = 1;
constexpr unsigned private_mode = 0600;
constexpr std::size_t key_bytes = 32, key_text = 40;
constexpr auto poll_every = std::chrono::milliseconds(20);

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& text) {
  throw Error(ErrorKind::environment, "key file " + path.string() + ": " + text);
}

std::string public_of(const std::string& secret) {
  std::array<char, key_text + 1> text{};
  if (zmq_curve_public(text.data(), secret.c_str()) != 0) return {};
  return text.data();
}

CurveKey from_text(const std::filesystem::path& path, const std::string& text) {
  CurveKey key;
  try {
    const json in = json::parse(text);
    if (whole_number<int>(in, "format") != format) fail(path, "is of another version of weir");
    in.at("public").get_to(key.public_key);
    in.at("secret").get_to(key.secret_key);
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {  // its text would show parts of the secret
    fail(path, "is cut short or damaged: remove it and start the server again");
  }
  if (!is_curve_key(key.public_key) || !is_curve_key(key.secret_key) ||
      public_of(key.secret_key) != key.public_key) {
    fail(path, "holds no pair of keys: remove it and start the server again");
  }
  return key;
}

}  // namespace

bool is_curve_key(const std::string& text) {
  constexpr std::string_view z85 =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  if (text.size() != key_text || text.find_first_not_of(z85) != std::string::npos) return false;
  std::array<std::uint8_t, key_bytes> bytes{};
  return zmq_z85_decode(bytes.data(), text.c_str()) != nullptr;
}

CurveKey make_curve_key() {
  std::array<char, key_text + 1> shown{}, secret{};
  if (zmq_curve_keypair(shown.data(), secret.data()) != 0) {
    throw Error(ErrorKind::environment,
                std::string("no CURVE keys: ") + zmq_strerror(zmq_errno()) +
                    "; install a libzmq with CURVE, or use the transport \"ipc\"");
  }
  return {shown.data(), secret.data()};
}

void write_key_file(FileSystem& files, const std::filesystem::path& path, const CurveKey& key) {
  const json out = {{"format", format}, {"public", key.public_key}, {"secret", key.secret_key}};
  files.replace(path, out.dump(2) + "\n", private_mode);
}

CurveKey read_key_file(FileSystem& files, const std::filesystem::path& path) {
  check_private_folder(path.parent_path());
  if (!files.exists(path)) {
    fail(path, "is not there: the server has not started, or the study directory is another one");
  }
  check_private_file(path);
  return from_text(path, files.read(path));
}

CurveKey read_or_make_key(FileSystem& files, const std::filesystem::path& path) {
  if (files.exists(path)) return read_key_file(files, path);
  check_private_folder(path.parent_path());
  const CurveKey key = make_curve_key();
  write_key_file(files, path, key);
  return key;
}

CurveKey await_key_file(FileSystem& files, const std::filesystem::path& path, Duration wait) {
  const Time deadline = std::chrono::steady_clock::now() + wait;
  while (!files.exists(path) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(poll_every);
  }
  return read_key_file(files, path);
}

}  // namespace weir::wire
