#include "src/wire/message.h"

#include <array>
#include <type_traits>
#include <utility>

#include "src/core/byte_order.h"
#include "src/core/error.h"
#include "src/wire/archive.h"

namespace weir::wire {
namespace {

// Offsets within the header.
constexpr std::size_t version_at = 4, kind_at = 6, words_at = 8, payload_at = 56;
static_assert(words_at + header_words * 8 == payload_at && payload_at + 8 == header_size);

template <class M, class T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

// The fields of each message in wire order; they serve Writer and Reader.
void fields(auto& a, Is<Hello> auto& m) {
  a(m.study, m.schema, m.sim, m.attempt, m.session, m.part, m.parts, m.run, m.forgotten);
}
void fields(auto& a, Is<Want> auto& m) { a(m.samples, m.bytes, m.chunk, m.returned, m.pulse); }
template <class A, Is<Data> M>
void fields(A& a, M& m) {
  std::uint64_t field_and_count = m.count << 32 | m.field;  // else there were a word too many
  a(m.sim, m.attempt, m.step, field_and_count, m.offset, m.time);
  if constexpr (std::is_const_v<M>)
    return;
  else {
    m.field = static_cast<std::uint32_t>(field_and_count);
    m.count = field_and_count >> 32;
  }
}
void fields(auto& a, Is<End> auto& m) { a(m.sim, m.attempt, m.steps, m.digest); }
void fields(auto& a, Is<Ping> auto& m) { a(m.token); }
void fields(auto& a, Is<Welcome> auto& m) {
  a(m.epoch, m.ranks, m.steps, m.session, m.routing, m.parameters, m.held, m.durable);
}
void fields(auto& a, Is<Reject> auto& m) { a(m.code, m.text); }
void fields(auto& a, Is<Credit> auto& m) { a(m.samples, m.bytes); }
void fields(auto& a, Is<Accepted> auto& m) { a(m.sim, m.steps); }
void fields(auto& a, Is<Durable> auto& m) { a(m.sim, m.step); }
void fields(auto& a, Is<Finished> auto& m) { a(m.sim, m.held, m.expected); }
void fields(auto& a, Is<Pong> auto& m) { a(m.token); }
void fields(auto& a, Is<LaunchHello> auto& m) {
  a(m.study, m.capacity, m.sims, m.attempts, m.alive);
}
void fields(auto& a, Is<LaunchRun> auto& m) { a(m.sim, m.attempt, m.parameters, m.reason); }
void fields(auto& a, Is<LaunchEnded> auto& m) { a(m.sim, m.attempt, m.end, m.reason); }
void fields(auto& a, Is<LaunchAck> auto& m) { a(m.sim, m.attempt); }
void fields(auto& a, Is<LaunchStatus> auto& m) {
  a(m.expected, m.finished, m.failed, m.restarted, m.samples_expected, m.samples_unique);
  a(m.samples_trained, m.batches, m.train_loss, m.validation_loss, m.samples_per_second, m.over);
  a(m.epoch, m.pulse, m.checkpoints);
}
void fields(auto& a, Is<LaunchStop> auto& m) { a(m.reason); }
void fields(auto&, Is<LaunchStopping> auto&) {}

constexpr std::size_t axis_bytes = 3 * sizeof(std::uint64_t);

/// What a box takes in the payload, before the values.
constexpr std::size_t box_bytes(std::size_t axes) {
  return axes == 0 ? 0 : sizeof(std::uint64_t) + axes * axis_bytes;
}

static_assert(box_bytes(max_axes) == max_box_bytes);

struct Header {
  std::uint32_t magic = 0;
  std::uint16_t version = 0, kind = 0;
  std::array<std::uint64_t, header_words> words{};
  std::uint64_t payload = 0;
};

void write_header(Kind kind, const Writer& writer, std::uint64_t payload, std::byte* to) {
  store_little(protocol_magic, to);
  store_little(protocol_version, to + version_at);
  store_little(static_cast<std::uint16_t>(kind), to + kind_at);
  for (std::size_t i = 0; i < header_words; ++i) {
    store_little(writer.words[i], to + words_at + 8 * i);
  }
  store_little(payload, to + payload_at);
}

/// Precondition: `frame` has the header's size at least.
Header read_header(Bytes frame) {
  const std::byte* from = frame.data();
  Header header{load_little<std::uint32_t>(from), load_little<std::uint16_t>(from + version_at),
                load_little<std::uint16_t>(from + kind_at)};
  for (std::size_t i = 0; i < header_words; ++i) {
    header.words[i] = load_little<std::uint64_t>(from + words_at + 8 * i);
  }
  header.payload = load_little<std::uint64_t>(from + payload_at);
  return header;
}

/// What is wrong with the header, before anything else is looked at; empty: nothing.
std::string header_error(const Header& header, std::size_t payload_size) {
  const bool reject = header.kind == static_cast<std::uint16_t>(Kind::reject);
  if (header.version != protocol_version && !reject) {
    return "protocol version " + std::to_string(header.version) + "; this side speaks " +
           std::to_string(protocol_version) + ": build solver and server against the same weir";
  }
  if (header.payload != payload_size) {
    return "a payload of " + std::to_string(payload_size) + " bytes where the header says " +
           std::to_string(header.payload);
  }
  const bool part = header.kind == static_cast<std::uint16_t>(Kind::part);
  const bool data = header.kind == static_cast<std::uint16_t>(Kind::data);
  const std::size_t limit = part   ? max_chunk_bytes + max_box_bytes
                            : data ? max_chunk_bytes
                                   : max_control_payload;
  if (payload_size > limit) {
    return "a payload of " + std::to_string(payload_size) + " bytes; at most " +
           std::to_string(limit);
  }
  return {};
}

/// Takes the box off the payload.
std::string read_box(Box& box, Bytes& payload) {
  if (payload.size() < box_bytes(1)) return "the payload is cut short before a box";
  const auto axes = load_little<std::uint64_t>(payload.data());
  if (axes == 0 || axes > max_axes || payload.size() < box_bytes(axes)) {
    return "a box of " + std::to_string(axes) + " axes in a payload of " +
           std::to_string(payload.size()) + " bytes; it has 1 to " + std::to_string(max_axes);
  }
  const std::byte* at = payload.data() + sizeof(std::uint64_t);
  for (std::uint64_t k = 0; k < axes; ++k, at += axis_bytes) {
    box.push_back({load_little<std::uint64_t>(at), load_little<std::uint64_t>(at + 8),
                   load_little<std::uint64_t>(at + 16)});
  }
  payload = payload.subspan(box_bytes(axes));
  return {};
}

std::string read(Data& data, const Header& header, Bytes& payload) {
  Reader reader(header.words, {});
  fields(reader, data);
  if (header.kind == static_cast<std::uint16_t>(Kind::part)) {
    if (auto error = read_box(data.box, payload); !error.empty()) return error;
  }
  if (payload.size() > max_chunk_bytes) {
    return std::to_string(payload.size()) + " bytes of values; at most " +
           std::to_string(max_chunk_bytes);
  }
  if (payload.size() % sizeof(float) != 0 || data.count != payload.size() / sizeof(float)) {
    return "DATA of " + std::to_string(data.count) + " values with a payload of " +
           std::to_string(payload.size()) + " bytes";
  }
  return {};
}

template <class M>
std::string read(M& message, const Header& header, Bytes& payload) {
  Reader reader(header.words, payload);
  fields(reader, message);
  reader.finish();
  return reader.error();
}

/// Tries each alternative of Message; the error, or empty. What is left of the payload is values.
template <class... M>
std::string read_kind(std::variant<M...>& message, const Header& header, Bytes& payload) {
  std::string error;
  const auto of_header = header.kind == static_cast<std::uint16_t>(Kind::part)
                             ? static_cast<std::uint16_t>(Kind::data)
                             : header.kind;
  const auto try_one = [&]<class T>(std::type_identity<T>) {
    if (of_header != static_cast<std::uint16_t>(T::kind)) return false;
    error = read(message.template emplace<T>(), header, payload);
    return true;
  };
  if (!(try_one(std::type_identity<M>{}) || ...)) {
    return "unknown kind " + std::to_string(header.kind);
  }
  return error;
}

}  // namespace

std::vector<std::byte> encode(const Message& message) {
  if (const auto* data = std::get_if<Data>(&message)) {
    std::vector<std::byte> prefix(data_prefix_size(*data));
    encode_data_prefix(*data, prefix);
    return prefix;
  }
  Writer writer;
  Kind kind{};
  std::visit(
      [&]<class M>(const M& m) {
        fields(writer, m);
        kind = M::kind;
      },
      message);
  if (writer.payload.size() > max_control_payload) {
    throw Error(ErrorKind::input, "a control message with " +
                                      std::to_string(writer.payload.size()) + " bytes; at most " +
                                      std::to_string(max_control_payload) +
                                      ": the study has too many steps or parameters");
  }
  std::vector<std::byte> frame(header_size + writer.payload.size());
  write_header(kind, writer, writer.payload.size(), frame.data());
  std::copy(writer.payload.begin(), writer.payload.end(), frame.begin() + header_size);
  return frame;
}

void encode_data_header(const Data& data, std::span<std::byte, header_size> header) {
  encode_data_prefix(data, header);
}

std::size_t data_prefix_size(const Data& data) { return header_size + box_bytes(data.box.size()); }

void encode_data_prefix(const Data& data, std::span<std::byte> prefix) {
  Writer writer;
  fields(writer, data);
  const std::uint64_t payload = box_bytes(data.box.size()) + data.count * sizeof(float);
  write_header(data.box.empty() ? Kind::data : Kind::part, writer, payload, prefix.data());
  if (data.box.empty()) return;
  std::byte* at = prefix.data() + header_size;
  store_little(std::uint64_t{data.box.size()}, at);
  at += sizeof(std::uint64_t);
  for (const Axis& axis : data.box) {
    for (const std::uint64_t number : {axis.global, axis.extent, axis.start}) {
      store_little(number, at);
      at += sizeof(std::uint64_t);
    }
  }
}

std::size_t value_bytes(Bytes frame) {
  constexpr std::size_t field_and_count_word = 3;
  const auto word = load_little<std::uint64_t>(frame.data() + words_at + 8 * field_and_count_word);
  return static_cast<std::size_t>(word >> 32) * sizeof(float);
}

DecodeResult decode(Bytes frame) {
  if (frame.size() < header_size) {
    return {"a frame of " + std::to_string(frame.size()) + " bytes is shorter than a header"};
  }
  const Header header = read_header(frame);
  if (header.magic != protocol_magic) return {"a frame that is not weir's"};
  const Bytes payload = frame.subspan(header_size);
  DecodeResult result{Decoded{{}, payload}, header.version};
  std::string error = header_error(header, payload.size());
  if (error.empty()) {
    auto& decoded = std::get<Decoded>(result.value);
    error = read_kind(decoded.message, header, decoded.payload);
  }
  if (!error.empty()) result.value = std::move(error);
  return result;
}

}  // namespace weir::wire
