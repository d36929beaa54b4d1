# cmake --install: a tree that can be moved. What users link against is exported as the CMake package weir, and for
# pkg-config as weir (MPI), weir-serial and weir-fortran.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(weir_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
set(weir_libraries weir_client weir_client_serial)
set_target_properties(weir_client PROPERTIES EXPORT_NAME client)
set_target_properties(weir_client_serial PROPERTIES EXPORT_NAME client_serial)
if(TARGET weir_fortran)
  list(APPEND weir_libraries weir_fortran)
  set_target_properties(weir_fortran PROPERTIES EXPORT_NAME client_fortran)
  target_include_directories(weir_fortran INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/weir/fortran>)
  # The compiled module is for this compiler alone; others compile the source.
  install(FILES ${PROJECT_BINARY_DIR}/fortran/weir.mod DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weir/fortran)
  install(FILES client_api/fortran/weir.f90 client_api/fortran/weir_fortran.c DESTINATION ${CMAKE_INSTALL_DATADIR}/weir/fortran)
endif()

install(TARGETS ${weir_libraries} EXPORT weir
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES include/weir/client.h include/weir/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weir)
install(EXPORT weir NAMESPACE weir:: FILE weirTargets.cmake DESTINATION ${weir_cmake_dir})
if(TARGET weir_server_library)
  install(TARGETS weir_server_library EXPORT weirServer LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY include/weir/server DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weir)
  install(EXPORT weirServer NAMESPACE weir:: FILE weirServerTargets.cmake DESTINATION ${weir_cmake_dir})
endif()
configure_package_config_file(cmake/weirConfig.cmake.in weirConfig.cmake INSTALL_DESTINATION ${weir_cmake_dir})
write_basic_package_version_file(weirConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/weirConfig.cmake ${PROJECT_BINARY_DIR}/weirConfigVersion.cmake DESTINATION ${weir_cmake_dir})

# weir_pc(name DESCRIPTION text CFLAGS … LIBS …): NAME.pc, whose prefix is where it lies.
function(weir_pc name)
  cmake_parse_arguments(pc "" "DESCRIPTION" "CFLAGS;LIBS" ${ARGN})
  set(pc_name ${name})
  file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
  list(JOIN pc_CFLAGS " " pc_CFLAGS)
  list(JOIN pc_LIBS " " pc_LIBS)
  configure_file(cmake/weir.pc.in ${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

list(TRANSFORM MPI_C_INCLUDE_DIRS PREPEND -I OUTPUT_VARIABLE mpi_flags)
weir_pc(weir DESCRIPTION "streams the time steps of an MPI solver to a training server" CFLAGS ${mpi_flags}
  LIBS -lweir_client ${MPI_C_LIBRARIES})
weir_pc(weir-serial DESCRIPTION "streams the time steps of a solver without MPI to a training server" CFLAGS -DWEIR_NO_MPI
  LIBS -lweir_client_serial)
if(TARGET weir_fortran)
  list(TRANSFORM MPI_Fortran_INCLUDE_DIRS PREPEND -I OUTPUT_VARIABLE mpi_flags)
  weir_pc(weir-fortran DESCRIPTION "weir's client API in Fortran" CFLAGS -I\${includedir}/weir/fortran ${mpi_flags}
    LIBS -lweir_fortran -lweir_client ${MPI_Fortran_LIBRARIES})
endif()

install(DIRECTORY client_api/python/weir DESTINATION ${CMAKE_INSTALL_DATADIR}/weir/python PATTERN __pycache__ EXCLUDE)
foreach(program weir weir-job weir-pilot weir-predict weir-server)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
configure_file(cmake/modulefile.in ${PROJECT_BINARY_DIR}/modulefiles/weir/${PROJECT_VERSION} @ONLY)
install(DIRECTORY ${PROJECT_BINARY_DIR}/modulefiles DESTINATION ${CMAKE_INSTALL_DATADIR}/weir)
include(ManPages)
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})  # README.md there is the index of the pages
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md)
