"""The pages of docs/instrument, and the CMake of others: their files and commands as they stand, in a shell with the paths that docs/installing.md sets and no
others, against weir as it is installed; every value that arrives is compared with the rod computed here."""

import os
import pathlib
import re
import subprocess
import tempfile

import h5py
import numpy as np
from whole import BUILD, WholeTest, main

DOCS = pathlib.Path(__file__).parents[3] / "docs"
PAGES = DOCS / "instrument"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
POINTS, STEPS, SUBSTEPS = 60, 20, 10
# Ends the first attempt at its second state on disk, when the server holds what came before in a checkpoint of its own; and writes
# down what each attempt sends.
KILLER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int newest(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/checkpoints", getenv("WEIR_STUDY_DIR"));
  DIR *folder = opendir(path);
  int most = 0;
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (atoi(entry->d_name) > most) most = atoi(entry->d_name);
  if (folder) closedir(folder);
  return most;
}

int rename(const char *from, const char *to) {
  const int done = ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to);
  if (strstr(to, "rod.0.8") == NULL || strcmp(getenv("WEIR_ATTEMPT"), "0") != 0) return done;
  for (const int now = newest(); newest() < now + 10;) usleep(1000);
  raise(SIGKILL);
  return done;
}

int weir_send(void *client, const char *field, const double *values, size_t count) {
  char path[4096];
  snprintf(path, sizeof path, "%s/sent.%s.%s", getenv("WEIR_STUDY_DIR"), getenv("WEIR_SIM"), getenv("WEIR_ATTEMPT"));
  FILE *sent = fopen(path, "ab");
  fwrite(values, sizeof *values, count, sent);
  fclose(sent);
  return ((int (*)(void *, const char *, const double *, size_t))dlsym(RTLD_NEXT, "weir_send"))(client, field, values, count);
}
"""


def files_and_commands(page):
    """({name: text}, the commands) of a page."""
    files, commands = {}, ""
    for language, name, text in BLOCK.findall((PAGES / page).read_text()):
        if name:
            files[name] = text
        elif language == "sh":
            commands += text
    return files, commands


def rod(left, alpha):
    """The temperature after each step."""
    u = np.zeros(POINTS + 2)
    u[0] = left
    steps = []
    for _ in range(STEPS):
        for _ in range(SUBSTEPS):
            u[1:-1] += alpha * (u[:-2] - 2 * u[1:-1] + u[2:])
        steps.append(u[1:-1].copy())
    return np.array(steps)


class PageTest(WholeTest):
    @classmethod
    def setUpClass(cls):
        cls.installed = tempfile.TemporaryDirectory(prefix="weir-pages-")
        cls.addClassCleanup(cls.installed.cleanup)
        prefix = pathlib.Path(cls.installed.name)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True, timeout=120)
        (library,) = prefix.glob("lib*/**/libweir_client.so")
        (paths,) = re.findall(r"^```sh\n(.*?)^```$", (DOCS / "installing.md").read_text(), re.M | re.S)
        cls.paths = paths.replace("/opt/weir/lib", str(library.parent)).replace("/opt/weir", str(prefix))

    def run_shell(self, commands):
        """(exit code, output) of commands in a shell that has heard of weir in docs/installing.md alone."""
        unset = dict.fromkeys(["LD_LIBRARY_PATH", "PKG_CONFIG_PATH", "CMAKE_PREFIX_PATH", "PYTHONPATH"], "")
        return self.run_program("sh", "-c", f"set -e\n{self.paths}\ncd '{self.folder}'\n{commands}", **unset,
                                PATH=f"/usr/bin:{os.environ['PATH']}")

    def run_page(self, page, change=lambda study: study):
        """Does what the page says, and returns the study directory."""
        files, commands = files_and_commands(page)
        self.assertIn("study.json", files)
        self.assertIn("weir run study.json --output D", commands)
        for name, text in files.items():
            (self.folder / name).write_text(change(text) if name == "study.json" else text)
        code, output = self.run_shell(commands)
        directory = self.folder / "D"
        self.assertEqual(code, 0, f"{output}\n{self.logs(directory)}")
        self.assert_nothing_lost(directory, simulations=8, steps=STEPS)
        return directory

    def configure_cmake_of(self, page, before):
        """The build folder of a project that is what a page shows."""
        (lines,) = re.findall(r"^```cmake\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S)
        source, build = self.folder / page, self.folder / f"{page}.built"
        source.mkdir()
        (source / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.22)\nproject(page LANGUAGES C CXX)\n{before}\n{lines}")
        (source / "solver.c").write_text(files_and_commands("c.md")[0]["solver.c"])
        (source / "mine.cpp").write_text("")
        code, output = self.run_shell(f"cmake -S '{source}' -B '{build}'")
        self.assertEqual(code, 0, output)
        return build

    def assert_values(self):
        data = self.folder / "data.h5"
        code, output = self.run_shell("weir generate study.json --to data.h5")
        self.assertEqual(code, 0, output)
        with h5py.File(data) as file:
            values, parameters = file["fields/temperature"][:].reshape(-1, STEPS, POINTS), file["parameters"][:]
        self.assertEqual(len(values), 8)
        for own, (left, alpha) in zip(values, parameters):
            np.testing.assert_allclose(own, rod(left, alpha), rtol=1e-6, atol=1e-4)
        return parameters

    def test_every_page_is_run_here(self):
        self.assertEqual({page.name for page in PAGES.glob("*.md")},
                         {"c.md", "fortran.md", "python.md", "serial.md", "checkpoints.md", "templates.md", "heat2d.md"})

    def test_cmake(self):
        build = self.configure_cmake_of("installing.md", before="add_executable(solver solver.c)")
        code, output = self.run_shell(f"cmake --build '{build}' && ldd '{build}/solver'")
        self.assertEqual(code, 0, output)
        self.assertIn("libweir_client", output)
        self.configure_cmake_of("plugins.md", before="")

    def test_c(self):
        self.run_page("c.md")
        self.assert_values()

    def test_fortran(self):
        self.run_page("fortran.md")
        self.assert_values()

    def test_python(self):
        self.run_page("python.md")
        self.assert_values()

    def test_serial(self):
        self.run_page("serial.md")
        code, libraries = self.run_shell("ldd solver")
        self.assertEqual(code, 0, libraries)
        self.assertIn("libweir_client_serial", libraries)
        self.assertNotIn("libmpi", libraries)
        self.assert_values()

    def test_templates(self):
        directory = self.run_page("templates.md")
        self.assertEqual(list((directory / "run" / "sim").iterdir()), [], "folders of attempts that ended well are removed")
        self.assert_values()

    def test_checkpoints(self):
        (self.folder / "killer.c").write_text(KILLER)
        killer = self.folder / "killer.so"
        subprocess.run(["cc", "-shared", "-fPIC", self.folder / "killer.c", "-o", killer], check=True)
        command = '"command": ["./solver", "{study_dir}/rod.{sim}"]'
        killed = lambda study: study.replace(command, f'{command}, "environment": {{"LD_PRELOAD": "{killer}"}}')
        directory = self.run_page("checkpoints.md", change=lambda study: killed(study).replace('"batches": 50', '"batches": 5'))
        self.assertEqual((directory / "logs" / "sim.0.1.log").read_text(), "from step 8\n")
        self.assertEqual(self.summary(directory)["simulations"]["restarted"], 1)
        (self.folder / "study.json").write_text(files_and_commands("checkpoints.md")[0]["study.json"])
        left, alpha = self.assert_values()[0]
        resumed = np.fromfile(directory / "sent.0.1").reshape(-1, POINTS)
        np.testing.assert_allclose(resumed, rod(left, alpha)[8:], rtol=1e-9)


if __name__ == "__main__":
    main()
