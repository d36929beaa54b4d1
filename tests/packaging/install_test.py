"""weir installed, the tree moved elsewhere, and solvers of users built against it in every way: all send the same."""

import os
import pathlib
import shutil
import subprocess
import sys

import h5py
import numpy as np
from whole import BUILD, WholeTest, main, toy_study

CONSUMER = pathlib.Path(__file__).parent / "consumer"
STEPS, SIZE = 5, 8
# Which line of the list of solvers a simulation runs.
ANY_SOLVER = 'exec "$(sed -n "$((WEIR_SIM + 1))p" "$0")"'


class InstallTest(WholeTest):
    def setUp(self):
        super().setUp()
        installed = self.folder / "installed"
        self.run_tool("cmake", "--install", BUILD, "--prefix", installed)
        self.prefix = installed.rename(self.folder / "moved here")
        (library,) = self.prefix.glob("lib*/**/libweir_client.so")
        self.libraries = library.parent

    def run_tool(self, *command, **env):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120,
                              env={**os.environ, **{key: str(value) for key, value in env.items()}})
        self.assertEqual(done.returncode, 0, f"{command}:\n{done.stdout}{done.stderr}")
        return done.stdout

    # ---- one way of building each
    def with_cmake(self):
        source, build = self.folder / "source", self.folder / "built"
        shutil.copytree(CONSUMER, source)
        self.run_tool("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.run_tool("cmake", "--build", build)
        return [build / "mpi", build / "serial", build / "fortran"]

    def with_pkg_config(self, package, compiler, source):
        program = self.folder / f"{package}-by-hand"
        flags = self.run_tool("pkg-config", "--cflags", "--libs", package, PKG_CONFIG_PATH=self.libraries / "pkgconfig").strip()
        command = f'{compiler} "{CONSUMER / source}" -o "{program}" {flags} -Wl,-rpath,"{self.libraries}"'
        self.run_tool("sh", "-c", command)  # as in a Makefile: the flags are for a shell
        return program

    def in_python(self):
        program = self.folder / "in_python"
        package = self.prefix / "share" / "weir" / "python"
        program.write_text(f"#!/bin/sh\nPYTHONPATH='{package}' exec {sys.executable} {CONSUMER / 'solver.py'}\n")
        program.chmod(0o700)
        return program

    def test_a_solver_of_each_kind_sends_the_same_to_the_server_that_was_moved(self):
        solvers = [*self.with_cmake(), self.with_pkg_config("weir", "cc", "solver.c"),
                   self.with_pkg_config("weir-serial", "cc", "solver.c"),
                   self.with_pkg_config("weir-fortran", "gfortran", "solver.f90"), self.in_python()]
        names = self.folder / "solvers"
        names.write_text("".join(f"{solver}\n" for solver in solvers))
        study = toy_study(count=len(solvers), steps=STEPS, size=SIZE)
        study["simulation"]["command"] = ["sh", "-c", ANY_SOLVER, str(names)]
        study["simulation"]["restarts"] = 0
        data = self.folder / "data.h5"
        code, output = self.run_program(self.prefix / "bin" / "weir", "generate", self.write_study(study), "--to", data,
                                        "--output", self.folder / "D", PYTHONPATH="")
        self.assertEqual(code, 0, output + self.logs(self.folder / "D"))
        with h5py.File(data) as file:
            u = file["fields/u"][:]
        one = 10 * np.arange(STEPS)[:, None] + np.arange(SIZE)
        np.testing.assert_array_equal(u, np.broadcast_to(one, (len(solvers), STEPS, SIZE)))

    def test_nothing_of_the_build_is_named_by_what_is_installed(self):
        named = [file for file in self.prefix.rglob("*") if file.is_file() and str(BUILD).encode() in file.read_bytes()]
        self.assertEqual(named, [])


if __name__ == "__main__":
    main()
