"""weir installed, the tree moved elsewhere, and solvers of users built against it in every way: all send the same."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from whole import BUILD, WholeTest, main, toy_study

CONSUMER = pathlib.Path(__file__).parent / "consumer"
SOURCE = pathlib.Path(__file__).parents[2]
PLUGIN_EXAMPLE = SOURCE / "examples" / "plugin"
PYTHON = SOURCE / "client_api" / "python"
STEPS, SIZE = 5, 8
# Which line of the list of solvers a simulation runs.
ANY_SOLVER = 'exec "$(sed -n "$((WEIR_SIM + 1))p" "$0")"'


class InstallTest(WholeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-whole-"))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.run_tool("cmake", "--install", BUILD, "--prefix", folder / "installed")
        cls.prefix = (folder / "installed").rename(folder / "moved here")
        (library,) = cls.prefix.glob("lib*/**/libweir_client.so")
        cls.libraries = library.parent

    @staticmethod
    def run_tool(*command, deadline=120, **env):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=deadline,
                              env={**os.environ, **{key: str(value) for key, value in env.items()}})
        if done.returncode != 0:
            raise AssertionError(f"{command}:\n{done.stdout}{done.stderr}")
        return done.stdout

    # ---- one way of building each
    def with_cmake(self):
        source, build = self.folder / "source", self.folder / "built"
        shutil.copytree(CONSUMER, source)
        for languages in [".", "cxx_alone", "fortran_alone"]:
            self.run_tool("cmake", "-S", source / languages, "-B", build / languages, f"-DCMAKE_PREFIX_PATH={self.prefix}")
            self.run_tool("cmake", "--build", build / languages)
        return [build / "mpi", build / "serial", build / "fortran", build / "cxx_alone" / "mpi", build / "fortran_alone" / "fortran"]

    def with_pkg_config(self, package, compiler, source):
        program = self.folder / f"{package}-by-hand"
        flags = self.run_tool("pkg-config", "--cflags", "--libs", package, PKG_CONFIG_PATH=self.libraries / "pkgconfig").strip()
        command = f'{compiler} "{CONSUMER / source}" -o "{program}" {flags} -Wl,-rpath,"{self.libraries}"'
        self.run_tool("sh", "-c", command)  # as in a Makefile: the flags are for a shell
        return program

    def in_python(self, name, package):
        program = self.folder / name
        program.write_text(f"#!/bin/sh\nPYTHONPATH='{package}' exec {sys.executable} {CONSUMER / 'solver.py'}\n")
        program.chmod(0o700)
        return program

    def wheel(self):
        """The folder that the wheel was installed into."""
        self.run_tool(PYTHON / "wheel", BUILD, self.folder)
        (wheel,) = self.folder.glob("weir-*-py3-none-linux_*.whl")
        folder = self.folder / "from the wheel"
        self.run_tool("/usr/bin/python3", "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", folder, wheel)
        return folder

    def test_that_cmake_without_a_preset_optimises(self):
        self.run_tool("cmake", "-S", SOURCE, "-B", self.folder / "built", "-G", "Ninja", "-DWEIR_SERVER=OFF", "-DWEIR_LAUNCHER=OFF",
                      "-DWEIR_FORTRAN=OFF", "-DWEIR_EXAMPLES=OFF", "-DWEIR_TESTS=OFF", "-DWEIR_BENCH=OFF")
        self.assertIn(" -O3 ", (self.folder / "built" / "compile_commands.json").read_text())

    def test_a_solver_of_each_kind_sends_the_same_to_the_server_that_was_moved(self):
        solvers = [*self.with_cmake(), self.with_pkg_config("weir", "cc", "solver.c"),
                   self.with_pkg_config("weir-serial", "cc", "solver.c"),
                   self.with_pkg_config("weir-fortran", "gfortran", "solver.f90"),
                   self.in_python("installed_python", self.prefix / "share" / "weir" / "python"),
                   self.in_python("wheel_python", self.wheel())]
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

    def test_a_solver_without_mpi_needs_none_to_be_built(self):
        source, build = self.folder / "source", self.folder / "built"
        source.mkdir()
        (source / "CMakeLists.txt").write_text("""cmake_minimum_required(VERSION 3.22)
            project(serial LANGUAGES C)
            find_package(weir REQUIRED COMPONENTS client_serial)
            add_executable(serial solver.c)
            target_link_libraries(serial PRIVATE weir::client_serial)""")
        shutil.copy(CONSUMER / "solver.c", source)
        self.run_tool("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_MPI=ON")
        self.run_tool("cmake", "--build", build)
        self.assertTrue((build / "serial").exists())

    def test_a_plug_in_and_a_server_of_ones_own_are_built_against_the_server_that_was_moved(self):
        source, build = self.folder / "source", self.folder / "built"
        shutil.copytree(PLUGIN_EXAMPLE, source)
        self.run_tool("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_MPI=ON")
        self.run_tool("cmake", "--build", build, "-j2", deadline=600)
        data, study = self.folder / "data.h5", toy_study(count=2, steps=STEPS, size=SIZE)
        code, output = self.run_program(self.prefix / "bin" / "weir", "generate", self.write_study(study), "--to", data,
                                        "--output", self.folder / "G")
        self.assertEqual(code, 0, output)
        study["training"] = {"source": "dataset", "dataset": str(data), "batch": 2, "model": {"kind": "plugin", "name": "modes"},
                             "loop": "descent", "loss": {"kind": "plugin", "name": "log_cosh"}}
        del study["buffer"]
        path = self.write_study(study)
        for name, command in {"P": [self.prefix / "bin" / "weir-server", "--plugin", build / "libweir_example.so"],
                              "Q": [build / "example-server"]}.items():
            code, output = self.run_program(*command, path, "--output", self.folder / name)
            self.assertEqual(code, 0, output + self.logs(self.folder / name))
            self.assertTrue(self.summary(self.folder / name)["batches"] > 0)
            self.assertTrue((self.folder / name / "model" / "model.pt").exists())

    def test_nothing_of_the_build_is_named_by_what_is_installed(self):
        named = [file for file in self.prefix.rglob("*") if file.is_file() and str(BUILD).encode() in file.read_bytes()]
        self.assertEqual(named, [])

    def test_the_module_finds_all_of_it_where_it_was_moved(self):
        modules = self.prefix / "share" / "weir" / "modulefiles"
        script = f"""
            unset MANPATH; . /usr/share/modules/init/sh
            module use '{modules}' && module load weir || exit
            command -v weir; command -v weir-server; man -w weir-run; man -w 3 weir; pkg-config --modversion weir
            manpath 2>/dev/null
            {sys.executable} -c 'import weir; print(weir.__file__)'"""
        found = self.run_tool("sh", "-c", script, PYTHONPATH="").split("\n")[:-1]
        self.assertEqual(len(found), 7, found)
        for path in [*found[:4], found[6]]:
            self.assertTrue(path.startswith(str(self.prefix)), found)
        self.assertIn("/usr/share/man", found[5].split(":"), "the system's own pages are still found")
        self.assertEqual(found[4], (BUILD / "weir.pc").read_text().split("Version: ")[1].split("\n")[0])

    def test_the_manual_tells_each_option_and_each_call(self):
        pages = self.prefix / "share" / "man"
        self.assertIn("\\-\\-resume", (pages / "man1" / "weir-run.1").read_text())
        header = (self.prefix / "include" / "weir" / "client.h").read_text()
        calls = set(re.findall(r"WEIR_API [^;]*?\b(weir_\w+)\(", header))
        self.assertEqual(calls - set(re.findall(r"\b(weir_\w+)\(", (pages / "man3" / "weir.3").read_text())), set())


if __name__ == "__main__":
    main()
