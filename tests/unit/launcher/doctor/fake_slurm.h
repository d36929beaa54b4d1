#pragma once
// A Slurm cluster that answers from a script, and a study that fits it.

#include "tests/unit/launcher/doctor/fake_place.h"

namespace weir::test {

inline constexpr const char* partitions =
    "PartitionName=cpu AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL Default=YES "
    "QoS=N/A DefaultTime=01:00:00 MaxNodes=4 MaxTime=1-00:00:00 MinNodes=0 Nodes=c[1-8] State=UP "
    "TotalCPUs=256 TotalNodes=8\n"
    "PartitionName=gpu AllowGroups=ALL AllowAccounts=ml,physics DenyQos=debug Default=NO "
    "DefaultTime=NONE MaxNodes=UNLIMITED MaxTime=UNLIMITED Nodes=g[1-2] State=UP TotalCPUs=128 "
    "TotalNodes=2\n"
    "PartitionName=old AllowAccounts=ALL AllowQos=ALL Default=NO MaxNodes=UNLIMITED "
    "MaxTime=UNLIMITED Nodes=o1 State=DOWN TotalCPUs=16 TotalNodes=1\n";
inline constexpr const char* nodes =
    "cpu|6|32|192000|(null)|idle|skylake|c[1-6]\n"
    "cpu|2|32|192000|(null)|drained*|icelake,ib|c[7-8]\n"
    "gpu|2|64|512000|gpu:a100:4(S:0-3)|mixed|(null)|g[1-2]\n"
    "old|1|16|64000|(null)|idle|(null)|o1\n";

class ClusterDoctorTest : public DoctorTest {
 protected:
  ClusterDoctorTest() {
    study_.launcher.scheduler = SchedulerKind::slurm;
    study_.server.transport = {.kind = TransportKind::tcp, .interface = "ib0", .security = {}};
    server().partition = "gpu";
    server().account = "ml";
    clients().partition = "cpu";
    commands_.answers["scontrol ping"] = prints("Slurmctld(primary) at ctl is UP\n");
    commands_.answers["scontrol --oneliner show partition"] = prints(partitions);
    commands_.answers["sinfo --noheader"] = prints(nodes);
    commands_.answers["srun --mpi=list"] = prints(
        "MPI plugin types are...\n\tpmix\n\tnone\n\tpmi2\nspecific pmix plugin versions "
        "available: pmix_v3,pmix_v4\n");
    set_config("MpiDefault", "pmix");
  }
  /// The one line of `scontrol show config` that matters.
  void set_config(const std::string& key, const std::string& value) {
    commands_.answers["scontrol show config"] =
        prints("Configuration data as of 2026-11-21T16:28:38\n" + key + "     = " + value + "\n");
  }
  JobResources& server() { return study_.launcher.server; }
  JobResources& clients() { return study_.launcher.clients; }
};

}  // namespace weir::test
