#pragma once
// As much of HTTP/1.1 as serving one page takes (RFC 9112), without sockets: bytes to a request, a
// response to bytes. Each connection has one request.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

/// Bytes of a request up to its empty line; a longer one is refused (431).
inline constexpr std::size_t largest_head = 8192;

struct Request {
  std::string method;         ///< as it was sent: GET, HEAD, …
  std::string target;         ///< as it was sent, nothing decoded: "/a/b?c"
  std::string if_none_match;  ///< empty: the request has none
  bool operator==(const Request&) const = default;
};

/// Takes the head of a request as it comes, in pieces of any size. What follows the head is left
/// alone: a request that has a body is answered without it. Used by one thread.
class RequestReader {
 public:
  /// True when the head is whole or known to be wrong; further bytes are then passed over.
  bool add(std::string_view bytes);

  /// The status code that refuses the request; 0: it is a good one. Precondition: add() said true.
  int refusal() const { return refusal_; }
  /// Precondition: as refusal(), and that is 0.
  const Request& request() const { return request_; }

 private:
  void parse(std::string_view head);

  std::string head_;
  bool done_ = false;
  int refusal_ = 0;
  Request request_;
};

struct Response {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string headers{};  ///< further ones, each with its end of line
  std::shared_ptr<const std::string> body = std::make_shared<const std::string>();
};

/// A short text for people.
Response text_response(int status, std::string_view text);

/// The bytes before the body. The browser is told to keep nothing, to guess nothing, to name the
/// address to nobody, and to load nothing from elsewhere.
std::string head_of(const Response& response);

/// What answers a request; must not throw.
using Handler = std::function<Response(const Request&)>;

}  // namespace weir::http
