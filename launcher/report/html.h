#pragma once
// The pieces that a report is put together from. Texts are escaped here; `svg` and `body` are
// markup already.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::html {

/// Names and values, in the order of a table.
using Rows = std::vector<std::pair<std::string, std::string>>;

/// A heading, a sentence that says how to read what follows, and that. `id`: of the link to it.
std::string section(std::string_view id, std::string_view title, std::string_view lead,
                    std::string_view body);
/// `wide`: over both columns of the page.
std::string figure(std::string_view title, std::string_view svg, std::string_view caption = {},
                   bool wide = false);
/// Figures beside each other, as many as there is room for.
std::string figures(const std::vector<std::string>& figures);
/// What is not there, and why: a sentence, to which a full stop is added; nothing of an empty one.
std::string missing(std::string_view what);
std::string paragraph(std::string_view text);
/// Cells by row; the first row is the header. Columns but the first are numbers.
std::string table(const std::vector<std::vector<std::string>>& rows);
std::string list(const Rows& rows);  ///< a table of two columns
/// Large numbers with what they mean.
std::string tiles(const Rows& rows);
std::string preformatted(std::string_view text);

/// What a page that is served has besides, and a file has not.
struct Served {
  std::string state;  ///< a sentence on how it goes on
  bool live = true;   ///< the browser asks for it again, by `live.js` beside it
};

/// A whole document. A file (`served` is null) needs nothing outside it and runs no script.
std::string page(std::string_view title, std::string_view subtitle, std::string_view body,
                 const Served* served = nullptr);

}  // namespace weir::html
