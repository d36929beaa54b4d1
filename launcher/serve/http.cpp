#include "launcher/serve/http.h"

#include <algorithm>
#include <utility>

namespace weir::http {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

constexpr int bad_request = 400, head_too_large = 431, version_unknown = 505;

const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_visible(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// A tab is the one control character that a value may have.
bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && c != '\t') || byte == 0x7f;
  });
}

bool equal_names(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// Up to `mark`, which is taken as well; all of it where there is none.
std::string_view take_until(std::string_view& text, std::string_view mark) {
  const auto end = text.find(mark);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + mark.size());
  return part;
}

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
         is_digit(text[7]);
}

/// "METHOD TARGET HTTP/1.1"; the status that refuses it, or 0.
int parse_request_line(std::string_view line, Request& request) {
  const auto method = take_until(line, " ");
  const auto target = take_until(line, " ");
  if (!is_token(method) || !is_visible(target) || !is_version(line)) return bad_request;
  if (line[5] != '1') return version_unknown;
  request.method = method;
  request.target = target;
  return 0;
}

/// Lines that continue others, which RFC 9112 forbids, have no name and are refused with them.
bool parse_field(std::string_view line, Request& request) {
  const auto colon = line.find(':');
  if (colon == line.npos || !is_token(line.substr(0, colon))) return false;
  const auto value = trimmed(line.substr(colon + 1));
  if (!is_value(value)) return false;
  if (equal_names(line.substr(0, colon), "If-None-Match")) request.if_none_match = value;
  return true;
}

/// What has no body says nothing of one.
std::string content_of(const Response& response) {
  if (response.status == 304) return {};
  return "Content-Type: " + response.type +
         "\r\nContent-Length: " + std::to_string(response.body->size()) + "\r\n";
}

}  // namespace

bool RequestReader::add(std::string_view bytes) {
  if (done_) return true;
  // The mark may lie across two pieces.
  const std::size_t from = head_.size() < head_end.size() ? 0 : head_.size() - head_end.size();
  head_ += bytes.substr(0, largest_head - std::min(largest_head, head_.size()));
  const auto end = head_.find(head_end, from);
  if (end != head_.npos) {
    done_ = true;
    parse(std::string_view(head_).substr(0, end));
  } else if (head_.size() == largest_head) {
    done_ = true;
    refusal_ = head_too_large;
  }
  return done_;
}

void RequestReader::parse(std::string_view head) {
  refusal_ = parse_request_line(take_until(head, line_end), request_);
  while (refusal_ == 0 && !head.empty())
    if (!parse_field(take_until(head, line_end), request_)) refusal_ = bad_request;
}

Response text_response(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.body = std::make_shared<const std::string>(std::string(text) + "\n");
  return response;
}

std::string head_of(const Response& response) {
  return "HTTP/1.1 " + std::to_string(response.status) + " " + reason_of(response.status) +
         "\r\n"
         "Connection: close\r\n"
         "Cache-Control: no-store\r\n"
         "X-Content-Type-Options: nosniff\r\n"
         "Referrer-Policy: no-referrer\r\n"
         "Cross-Origin-Resource-Policy: same-origin\r\n"
         "Content-Security-Policy: default-src 'none'; script-src 'self'; connect-src 'self'; "
         "img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'\r\n" +
         response.headers + content_of(response) + "\r\n";
}

}  // namespace weir::http
