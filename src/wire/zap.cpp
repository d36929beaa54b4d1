#include "src/wire/zap.h"

#include <array>

#include <zmq.h>

#include "src/core/planted_bug.h"

namespace weir::wire {
namespace {

constexpr std::size_t request_frames = 7, key_bytes = 32, key_text = 40;
enum Frame { version, request_id, domain, address, identity, mechanism, credentials };

std::string z85(const std::string& key) {
  std::array<char, key_text + 1> text{};
  zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(key.data()), key_bytes);
  return text.data();
}

bool may_connect(const std::vector<std::string>& frames, const std::optional<AllowList>& allowed) {
  if (!allowed) return frames.size() > mechanism && frames[mechanism] == "NULL";
  if (frames.size() != request_frames || frames[mechanism] != "CURVE") return false;
  const std::string& key = frames[credentials];
  if (key.size() != key_bytes) return false;
  return allowed->count(z85(key)) == 1 || WEIR_BUG("allow_list_open");
}

}  // namespace

ZapAnswer answer_zap(const std::vector<std::string>& frames,
                     const std::optional<AllowList>& allowed) {
  if (frames.size() <= request_id) return {};
  const bool ok = may_connect(frames, allowed);
  return {ok,
          {"1.0", frames[request_id], ok ? "200" : "400",
           ok ? "OK" : "this key is none of the study's", /*user id=*/"", /*metadata=*/""}};
}

}  // namespace weir::wire
