#include "launcher/report/html.h"

#include "launcher/plot/text.h"
#include "launcher/report/style.h"

namespace weir::html {

using plot::escaped;

namespace {

std::string element(std::string_view name, std::string_view text) {
  std::string out = "<";
  out.append(name).append(">").append(escaped(text));
  return out.append("</").append(name).append(">");
}

std::string row_of(const std::vector<std::string>& cells, std::string_view cell) {
  std::string out = "<tr>";
  for (const auto& text : cells) out += element(cell, text);
  return out + "</tr>\n";
}

constexpr const char* policy_of_a_file =
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'\">\n";

/// A browser that runs no scripts loads the page as a whole again.
constexpr const char* refreshed =
    "<script src=\"live.js\" defer></script>\n"
    "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>\n";

}  // namespace

std::string section(std::string_view id, std::string_view title, std::string_view lead,
                    std::string_view body) {
  std::string out = "<section id=\"" + escaped(id) + "\">\n" + element("h2", title) + "\n";
  if (!lead.empty()) out += "<p class=\"lead\">" + escaped(lead) + "</p>\n";
  return out.append(body) + "</section>\n";
}

std::string figure(std::string_view title, std::string_view svg, std::string_view caption,
                   bool wide) {
  std::string out = wide ? "<figure class=\"wide\">" : "<figure>";
  if (!title.empty()) out += element("h3", title);
  out.append(svg);
  if (!caption.empty()) out += element("figcaption", caption);
  return out + "</figure>\n";
}

std::string figures(const std::vector<std::string>& figures) {
  std::string out = "<div class=\"figures\">\n";
  for (const auto& figure : figures) out += figure;
  return out + "</div>\n";
}

std::string missing(std::string_view what) {
  if (what.empty()) return {};
  return "<p class=\"missing\">" + escaped(what) + ".</p>\n";
}

std::string paragraph(std::string_view text) { return element("p", text) + "\n"; }

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<div class=\"scroll\"><table class=\"numbers\">\n";
  for (std::size_t k = 0; k < rows.size(); ++k) out += row_of(rows[k], k == 0 ? "th" : "td");
  return out + "</table></div>\n";
}

std::string list(const Rows& rows) {
  std::string out = "<div class=\"scroll\"><table>\n";
  for (const auto& [name, value] : rows) out += row_of({name, value}, "td");
  return out + "</table></div>\n";
}

std::string tiles(const Rows& rows) {
  std::string out = "<dl class=\"tiles\">\n";
  for (const auto& [name, value] : rows)
    out += "<div>" + element("dt", name) + element("dd", value) + "</div>\n";
  return out + "</dl>\n";
}

std::string preformatted(std::string_view text) { return element("pre", text) + "\n"; }

std::string page(std::string_view title, std::string_view subtitle, std::string_view body,
                 const Served* served) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += served == nullptr ? policy_of_a_file : served->live ? refreshed : "";
  out += "<link rel=\"icon\" href=\"data:,\">\n" + element("title", title) + "\n<style>\n" + style +
         "</style>\n</head>\n<body>\n<header>\n" + element("h1", title) + "\n<p class=\"lead\">" +
         escaped(subtitle) + "</p>\n";
  if (served != nullptr)
    out += "<p class=\"lead\" id=\"live\"" +
           std::string(served->live ? " data-live=\"yes\">" : ">") + escaped(served->state) +
           "</p>\n";
  out += "</header>\n";
  return out.append(body) + "</body>\n</html>\n";
}

}  // namespace weir::html
