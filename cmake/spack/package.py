"""A Spack recipe: copy it to REPO/packages/weir/package.py of a repository of your own (`spack repo create`)."""

from spack.package import *


class Weir(CMakePackage):
    """Trains a neural surrogate of a solver while the solver runs: solvers stream their time steps to an MPI server."""

    git = "file:///path/to/weir"  # where your copy is

    version("main", branch="main")

    variant("server", default=True, description="the training server and the launcher, not only the client API")
    variant("fortran", default=True, description="the Fortran module")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("fortran", type="build", when="+fortran")
    depends_on("cmake@3.22:", type="build")
    depends_on("ninja", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("libzmq@4.3:")
    depends_on("cppzmq")
    depends_on("nlohmann-json@3.11:")
    with when("+server"):
        depends_on("py-torch@1.13:")  # its LibTorch
        depends_on("hdf5")
        depends_on("spdlog")
        depends_on("cli11")

    generator("ninja")

    def cmake_args(self):
        arguments = [
            self.define_from_variant("WEIR_SERVER", "server"),
            self.define_from_variant("WEIR_LAUNCHER", "server"),
            self.define_from_variant("WEIR_FORTRAN", "fortran"),
            self.define("WEIR_EXAMPLES", False),
            self.define("WEIR_TESTS", False),
            self.define("WEIR_BENCH", False),
        ]
        if self.spec.satisfies("+server"):
            torch = join_path(self.spec["py-torch"].prefix, self.spec["python"].package.platlib, "torch")
            arguments.append(self.define("Torch_DIR", join_path(torch, "share", "cmake", "Torch")))
        return arguments
