#include "launcher/serve/site.h"

#include "launcher/serve/script.h"
#include "launcher/serve/token.h"

namespace weir {
namespace {

/// What follows "/SECRET"; nothing, "" at no good address, is no place.
std::string_view place_in(std::string_view target, const std::string& secret) {
  if (!target.starts_with('/')) return {};
  target.remove_prefix(1);
  if (!is_same_secret(target.substr(0, secret.size()), secret)) return {};
  return target.substr(secret.size());
}

http::Response page_response(const http::Request& request, const LivePage& page) {
  http::Response response;
  response.type = "text/html; charset=utf-8";
  response.headers = "ETag: " + page.tag + "\r\n";
  if (request.if_none_match == page.tag)
    response.status = 304;
  else
    response.body = page.html;
  return response;
}

}  // namespace

http::Response answer(const http::Request& request, const std::string& secret,
                      const std::function<const LivePage&()>& page) {
  if (request.method != "GET" && request.method != "HEAD") {
    auto refused = http::text_response(405, "only GET and HEAD are answered");
    refused.headers = "Allow: GET, HEAD\r\n";
    return refused;
  }
  const auto place = place_in(request.target, secret);
  if (place == "/") return page_response(request, page());
  if (place != "/live.js") return http::text_response(404, "there is nothing here");
  auto script = http::text_response(200, live_script);
  script.type = "text/javascript; charset=utf-8";
  return script;
}

}  // namespace weir
