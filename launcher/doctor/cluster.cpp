#include "launcher/doctor/cluster.h"

#include <charconv>
#include <map>
#include <sstream>

namespace weir {
namespace {

using Words = std::map<std::string, std::string>;

/// The number that the text begins with ("16+": 16); nothing without one.
std::optional<std::uint64_t> number_in(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

/// "A=1 B=x=y": A → 1, B → x=y.
Words words_of(const std::string& line) {
  Words words;
  std::istringstream in(line);
  for (std::string word; in >> word;)
    if (const auto at = word.find('='); at != std::string::npos)
      words.emplace(word.substr(0, at), word.substr(at + 1));
  return words;
}

std::string word(const Words& words, const std::string& key) {
  const auto found = words.find(key);
  return found == words.end() ? "" : found->second;
}

/// "ALL", and no such word, name nobody in particular.
std::vector<std::string> names_in(const Words& words, const std::string& key) {
  const auto text = word(words, key);
  return text == "ALL" || text == "(null)" ? std::vector<std::string>() : split(text, ',');
}

Partition partition_of(const Words& words) {
  return {.name = word(words, "PartitionName"),
          .state = word(words, "State"),
          .is_default = word(words, "Default") == "YES",
          .max_time = parse_slurm_time(word(words, "MaxTime")),
          .max_nodes = number_in(word(words, "MaxNodes")),
          .memory_per_core = number_in(word(words, "DefMemPerCPU")),
          .memory_per_node = number_in(word(words, "DefMemPerNode")),
          .accounts = names_in(words, "AllowAccounts"),
          .qos = names_in(words, "AllowQos"),
          .denied_accounts = names_in(words, "DenyAccounts"),
          .denied_qos = names_in(words, "DenyQos")};
}

std::string without_blanks(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// "gpu:a100:4(S:0-1)": the name and the type, and how many.
std::pair<std::string, std::size_t> one_gres(std::string text) {
  text = text.substr(0, text.find('('));
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return {text, 1};
  const auto count = number_in(text.substr(colon + 1));
  return count ? std::pair(text.substr(0, colon), std::size_t{*count})
               : std::pair(text, std::size_t{1});
}

}  // namespace

const char* const node_format = "%R|%D|%c|%m|%G|%T|%f|%o";

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

std::vector<Partition> parse_partitions(const std::string& text) {
  std::vector<Partition> partitions;
  for (const auto& line : split(text, '\n'))
    if (const auto words = words_of(line); words.contains("PartitionName"))
      partitions.push_back(partition_of(words));
  return partitions;
}

std::vector<NodeGroup> parse_nodes(const std::string& text) {
  std::vector<NodeGroup> nodes;
  for (const auto& line : split(text, '\n')) {
    const auto columns = split(line, '|');
    if (columns.size() != 8) continue;
    nodes.push_back({.partition = columns[0],
                     .nodes = number_in(columns[1]).value_or(0),
                     .cores = number_in(columns[2]).value_or(0),
                     .memory_mib = number_in(columns[3]).value_or(0),
                     .gres = columns[4],
                     .state = columns[5],
                     .features = split(columns[6], ','),
                     .address = columns[7]});
  }
  return nodes;
}

SlurmSettings parse_settings(const std::string& text) {
  SlurmSettings settings;
  for (const auto& line : split(text, '\n')) {
    const auto equals = line.find(" = ");
    if (equals == std::string::npos) continue;
    const auto key = without_blanks(line.substr(0, equals));
    const auto value = without_blanks(line.substr(equals + 3));
    if (key == "MpiDefault") settings.mpi_default = value;
    if (key == "DefMemPerCPU") settings.memory_per_core = number_in(value);
    if (key == "DefMemPerNode") settings.memory_per_node = number_in(value);
    if (key != "AccountingStorageEnforce") continue;
    settings.accounts_enforced = value.find("associations") != std::string::npos;
    settings.qos_enforced = value.find("qos") != std::string::npos;
  }
  return settings;
}

std::vector<std::string> parse_mpi_kinds(const std::string& text) {
  std::vector<std::string> kinds;
  for (const auto& line : split(text, '\n')) {
    auto words = line.starts_with("srun: ") ? line.substr(6) : line;
    if (words.ends_with("...")) continue;
    // "specific pmix plugin versions available: pmix_v3,pmix_v4"
    if (const auto colon = words.find(':'); colon != std::string::npos)
      words = words.substr(colon + 1);
    for (const auto& part : split(words, ','))
      if (const auto kind = without_blanks(part);
          !kind.empty() && kind.find(' ') == std::string::npos)
        kinds.push_back(kind);
  }
  return kinds;
}

std::vector<Reservation> parse_reservations(const std::string& text) {
  std::vector<Reservation> reservations;
  for (const auto& line : split(text, '\n'))
    if (const auto words = words_of(line); words.contains("ReservationName"))
      reservations.push_back({.name = word(words, "ReservationName"),
                              .begin = word(words, "StartTime"),
                              .end = word(words, "EndTime")});
  return reservations;
}

std::vector<Association> parse_associations(const std::string& text) {
  std::vector<Association> associations;
  for (const auto& line : split(text, '\n')) {
    const auto columns = split(line, '|');
    if (columns.empty() || columns[0].empty()) continue;
    associations.push_back(
        {.account = columns[0],
         .qos = columns.size() > 1 ? split(columns[1], ',') : std::vector<std::string>()});
  }
  return associations;
}

std::optional<double> parse_slurm_time(const std::string& text) {
  const auto dash = text.find('-');
  const auto days = dash == std::string::npos ? std::optional<std::uint64_t>(0) : number_in(text);
  const auto parts = split(dash == std::string::npos ? text : text.substr(dash + 1), ':');
  std::vector<double> numbers;
  for (const auto& part : parts) {
    const auto value = number_in(part);
    if (!value) return std::nullopt;
    numbers.push_back(static_cast<double>(*value));
  }
  if (numbers.empty() || numbers.size() > 3 || !days) return std::nullopt;
  const double whole_days = static_cast<double>(*days) * 86400;
  numbers.resize(3);
  // Behind days the first number is hours; else one number is minutes, two are minutes and seconds.
  const bool hours_first = dash != std::string::npos || parts.size() == 3;
  if (hours_first) return whole_days + numbers[0] * 3600 + numbers[1] * 60 + numbers[2];
  return numbers[0] * 60 + numbers[1];
}

std::size_t count_of_gres(const std::string& gres, const std::string& wanted) {
  std::size_t count = 0;
  for (const auto& part : split(gres, ',')) {
    const auto [name, number] = one_gres(part);
    if (name == wanted || name.starts_with(wanted + ":")) count += number;
  }
  return count;
}

}  // namespace weir
