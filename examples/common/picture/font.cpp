#include "examples/common/picture/font.h"

#include <string_view>
#include <unordered_map>

namespace picture {
namespace {

// Points are two letters or digits, x then y: 0-9, then a = 10 to g = 16. The baseline is y = 4,
// small letters end at c (12), capitals at g (16). A space parts points, a bar strokes.
const std::unordered_map<char, std::string_view> strokes = {
    {' ', ""},
    {'%', "0g 2g 2d 0d 0g|04 8g|67 87 84 64 67"},
    {'0', "24 64 86 8e 6g 2g 0e 06 24"},
    {'1', "1d 4g 44|14 74"},
    {'2', "0e 2g 6g 8e 8c 04 84"},
    {'3', "0g 8g 4b 6b 89 86 64 24 06"},
    {'4', "64 6g 08 88"},
    {'5', "7g 1g 0b 6b 89 86 64 24 05"},
    {'6', "7g 4g 0a 06 24 64 86 89 6b 2b 09"},
    {'7', "0g 8g 34"},
    {'8', "2b 0d 0e 2g 6g 8e 8d 6b 2b 09 06 24 64 86 89 6b"},
    {'9', "14 44 8a 8e 6g 2g 0e 0b 29 69 8b"},
    {'a', "84 8c|89 6c 2c 0a 06 24 64 87"},
    {'b', "04 0g|09 2c 6c 8a 86 64 24 07"},
    {'c', "8b 6c 2c 0a 06 24 64 85"},
    {'d', "84 8g|89 6c 2c 0a 06 24 64 87"},
    {'e', "08 88 8a 6c 2c 0a 06 24 64 85"},
    {'f', "34 3e 5g 7g|0c 6c"},
    {'g', "8c 82 60 20 01|89 6c 2c 0a 06 24 64 87"},
    {'h', "04 0g|09 3c 6c 8a 84"},
    {'i', "2c 4c 44|24 64|4g"},
    {'j', "2c 5c 52 30 10|5g"},
    {'k', "04 0g|7c 08|29 84"},
    {'l', "2g 4g 46 64"},
    {'m', "04 0c|0a 1c 3c 4a 44|4a 5c 7c 8a 84"},
    {'n', "04 0c|09 3c 6c 8a 84"},
    {'o', "24 64 86 8a 6c 2c 0a 06 24"},
    {'p', "00 0c|09 2c 6c 8a 86 64 24 07"},
    {'q', "80 8c|89 6c 2c 0a 06 24 64 87"},
    {'r', "14 1c|19 4c 7c"},
    {'s', "8b 6c 2c 0b 09 28 68 87 85 64 24 05"},
    {'t', "3g 36 54 74|0c 7c"},
    {'u', "0c 06 24 54 87|8c 84"},
    {'v', "0c 44 8c"},
    {'w', "0c 24 4a 64 8c"},
    {'x', "04 8c|0c 84"},
    {'y', "0c 45|8c 20 00"},
    {'z', "0c 8c 04 84"},
    {'K', "04 0g|8g 09|2b 84"},
    {'L', "0g 04 84"},
    {'.', "44"},
    {',', "44 32"},
    {';', "4b|44 32"},
    {':', "4b|45"},
    {'-', "0a 8a"},
    {'+', "0a 8a|46 4e"},
    {'=', "0c 8c|08 88"},
    {'(', "6g 4d 47 64"},
    {')', "2g 4d 47 24"},
    {'/', "04 8g"},
};
constexpr std::string_view missing = "04 84 8g 0g 04";

double coordinate(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

}  // namespace

std::vector<Stroke> glyph(char character) {
  const auto found = strokes.find(character);
  const std::string_view text = found == strokes.end() ? missing : found->second;
  std::vector<Stroke> lines;
  if (!text.empty()) lines.emplace_back();
  for (std::size_t k = 0; k + 1 < text.size(); k += 3) {
    lines.back().push_back({coordinate(text[k]), coordinate(text[k + 1]) - 4});
    if (k + 2 < text.size() && text[k + 2] == '|') lines.emplace_back();
  }
  return lines;
}

}  // namespace picture
