# Picks the supported compiler where none was asked for, and refuses one that is known to miscompile.
set(_assay_clang_versions 19 18 17 16)

if(NOT DEFINED CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX})
  foreach(version IN LISTS _assay_clang_versions)
    find_program(ASSAY_CLANGXX clang++-${version})
    find_program(ASSAY_CLANG clang-${version})
    if(ASSAY_CLANGXX AND ASSAY_CLANG)
      set(CMAKE_CXX_COMPILER ${ASSAY_CLANGXX} CACHE FILEPATH "C++ compiler")
      set(CMAKE_C_COMPILER ${ASSAY_CLANG} CACHE FILEPATH "C compiler")
      break()
    endif()
    unset(ASSAY_CLANGXX CACHE)
    unset(ASSAY_CLANG CACHE)
  endforeach()
endif()

function(assay_require_compiler)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 16)
    return()
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13.3)
    return()
  endif()
  message(FATAL_ERROR
    "Assay needs clang 16 or newer; found ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}.\n"
    "g++ 12 miscompiles coroutines (docs/decisions/001-compiler.md).\n"
    "Debian 12: apt-get install --no-install-recommends clang-19 libclang-rt-19-dev, then delete the build folder.")
endfunction()
