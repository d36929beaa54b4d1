#include "launcher/serve/connection.h"

#include "src/core/planted_bug.h"

namespace weir::http {

void Connection::received(std::string_view bytes, const Handler& answer, const Clock& clock) {
  if (WEIR_BUG("deadline_of_each_byte")) deadline_ = clock.now() + patience_.request;
  if (phase_ != Phase::reading || !reader_.add(bytes)) return;
  if (reader_.refusal() != 0)
    return respond(text_response(reader_.refusal(), "this request is not understood"), clock.now());
  Response response = answer(reader_.request());
  trusted_ = response.status == 200 || response.status == 304;
  if (reader_.request().method == "HEAD") {
    head_ = head_of(response);
    response.body = nullptr;
  }
  respond(response, clock.now());  // the time that it took to make is not the peer's
}

void Connection::respond(const Response& response, Time now) {
  if (head_.empty()) head_ = head_of(response);
  body_ = response.body;
  phase_ = Phase::writing;
  deadline_ = now + patience_.response;
}

std::string_view Connection::to_send() const {
  if (phase_ != Phase::writing) return {};
  if (sent_ < head_.size()) return std::string_view(head_).substr(sent_);
  return body_ ? std::string_view(*body_).substr(sent_ - head_.size()) : std::string_view();
}

void Connection::sent(std::size_t count, Time now) {
  sent_ += count;
  if (sent_ < head_.size() + (body_ ? body_->size() : 0)) return;
  body_ = nullptr;  // a page of megabytes
  phase_ = Phase::closing;
  deadline_ = now + patience_.goodbye;
}

}  // namespace weir::http
