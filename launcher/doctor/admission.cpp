// Whether Slurm lets this user have what the jobs name: reservations, accounts, qualities of
// service.

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>

#include "launcher/doctor/case.h"

namespace weir {
namespace {

/// As Slurm writes times, so that they compare as text.
std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, 32> text{};
  localtime_r(&now, &parts);
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return text.data();
}

std::vector<std::string> names_of(const std::vector<Reservation>& reservations) {
  std::vector<std::string> names;
  for (const auto& reservation : reservations) names.push_back(reservation.name);
  return names;
}

void check_reservation(const std::string& key, const std::string& name,
                       const std::vector<Reservation>& all, Findings& findings) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  const auto now = local_time();
  if (found == all.end())
    findings.push_back(wrong_study(key, "there is no reservation " + quoted(name) + " for you; " +
                                            (all.empty() ? "there is none at all, leave it out"
                                                         : "there are " + listed(names_of(all)))));
  else if (found->end <= now)
    findings.push_back(wrong_study(
        key, "the reservation " + quoted(name) + " ended at " + found->end + "; leave it out"));
  else if (found->begin > now)
    findings.push_back(warning(key, "the reservation " + quoted(name) + " begins at " +
                                        found->begin +
                                        ", and jobs wait until then; leave it out to start now"));
  else
    findings.push_back(ok(key, quoted(name) + " lasts until " + found->end));
}

/// Slurm keeps names of accounts in lower case.
std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void check_account(const JobPlan& plan, const Cluster& cluster, Findings& findings) {
  const auto& wanted = plan.resources.account;
  std::vector<std::string> mine;
  for (const auto& one : cluster.associations)
    if (std::find(mine.begin(), mine.end(), one.account) == mine.end()) mine.push_back(one.account);
  const bool has = std::any_of(mine.begin(), mine.end(),
                               [&](const auto& one) { return lower(one) == lower(wanted); });
  if (wanted.empty() || has) return;
  findings.push_back(wrong_study(
      std::string(plan.key) + ".account",
      "is " + quoted(wanted) + ", which is not an account of yours; you have " + listed(mine)));
}

void check_qos(const JobPlan& plan, const Cluster& cluster, Findings& findings) {
  const auto& wanted = plan.resources.qos;
  const auto& account = plan.resources.account;
  std::vector<std::string> mine;
  for (const auto& one : cluster.associations)
    if (account.empty() || lower(one.account) == lower(account))
      mine.insert(mine.end(), one.qos.begin(), one.qos.end());
  const bool has = std::find(mine.begin(), mine.end(), wanted) != mine.end();
  if (wanted.empty() || has || mine.empty() || !cluster.settings.qos_enforced) return;
  findings.push_back(
      wrong_study(std::string(plan.key) + ".qos",
                  "is " + quoted(wanted) + ", which you may not use" +
                      (account.empty() ? "" : " with the account " + quoted(account)) +
                      "; there are " + listed(mine)));
}

}  // namespace

void examine_admission(const Case& subject, Findings& findings) {
  if (!subject.cluster) return;
  const auto& cluster = *subject.cluster;
  for (const auto& plan : job_plans(subject.study)) {
    if (cluster.reservations)
      for (const auto& name : split(plan.resources.reservation, ','))
        check_reservation(std::string(plan.key) + ".reservation", name, *cluster.reservations,
                          findings);
    if (cluster.associations.empty()) continue;
    check_account(plan, cluster, findings);
    check_qos(plan, cluster, findings);
  }
}

}  // namespace weir
