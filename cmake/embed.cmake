# cmake -DOUT=… -DROOT=… -DFILES=a;b -DHEADER=… -DNAMESPACE=… -P embed.cmake: writes a C++ file that holds the files'
# bytes: `embedded_files()` of the header.
set(rows "")
foreach(path IN LISTS FILES)
  file(READ ${ROOT}/${path} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${bytes}")
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(APPEND rows "    EmbeddedFile{\"${path}\", {\"${escaped}\", ${size}}},\n")
endforeach()
file(WRITE ${OUT}.new "#include \"${HEADER}\"

#include <array>

namespace ${NAMESPACE} {

std::span<const EmbeddedFile> embedded_files() {
  static constexpr std::array kFiles{
${rows}  };
  return kFiles;
}

}  // namespace ${NAMESPACE}
")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
