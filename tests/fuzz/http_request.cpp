// What anybody may send to the port of `weir watch --http`.

#include <algorithm>

#include "launcher/serve/http.h"
#include "launcher/serve/site.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const std::string bytes = fuzz::text_of(data, size);
  http::RequestReader whole, pieces;
  const bool done = whole.add(bytes);
  bool done_in_pieces = false;
  for (std::size_t k = 0; k < bytes.size(); k += 3)
    done_in_pieces = pieces.add(std::string_view(bytes).substr(k, 3));
  fuzz::check(done == done_in_pieces, "pieces are as good as the whole");
  if (!done) return 0;
  fuzz::check(whole.refusal() == pieces.refusal(), "pieces have the same refusal");
  if (whole.refusal() != 0) return 0;
  const auto& request = whole.request();
  fuzz::check(request == pieces.request(), "pieces have the same request");
  fuzz::check(request.target.size() + request.if_none_match.size() <= http::largest_head,
              "a request is bounded");
  const std::string secret(32, 'a');
  const LivePage page{.html = std::make_shared<const std::string>("page"), .tag = "\"1\""};
  bool given = false;
  const auto response = answer(request, secret, [&]() -> const LivePage& {
    given = true;
    return page;
  });
  fuzz::check(!given || request.target == "/" + secret + "/", "the page has one address");
  fuzz::check(http::head_of(response).ends_with("\r\n\r\n"), "a response has a head");
  return 0;
}
