#pragma once
// What is found at which address: the report and its script behind a secret, and nothing else.

#include <functional>
#include <string>

#include "launcher/serve/http.h"
#include "launcher/serve/live_report.h"

namespace weir {

/// `secret`: of make_token(); the report is at /SECRET/, its script at /SECRET/live.js. Every other
/// target is answered alike, 404, and every method but GET and HEAD 405, whatever its target.
/// `page` is called when the report is asked for.
http::Response answer(const http::Request& request, const std::string& secret,
                      const std::function<const LivePage&()>& page);

}  // namespace weir
