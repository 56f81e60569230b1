// Any bytes as a data set in JSON: records that count up or errors with a place, to the end of the file.

#include "tests/fuzz/dataset_fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const assay::fuzz::DatasetFile file(".json");
  assay::fuzz::read_dataset(file, assay::fuzz::text_of(data, size));
  return 0;
}
