#include "judges/json_schema/value.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace assay::judges::schema {

namespace {

__extension__ typedef unsigned __int128 Wide;

// A double holds every integer up to 2^53; beyond 2^63 none of ours is an integer type.
constexpr double kInt64End = 9223372036854775808.0;

void append_number(std::string& out, const Json& value) {
  if (value.is_number_unsigned()) {
    out += fmt::format("n{}", value.get<std::uint64_t>());
  } else if (value.is_number_integer()) {
    out += fmt::format("n{}", value.get<std::int64_t>());
  } else if (const double number = value.get<double>(); is_integral(value) && std::abs(number) < kInt64End) {
    out += fmt::format("n{}", static_cast<std::int64_t>(number));
  } else if (is_integral(value) && number > 0 && number < 2 * kInt64End) {
    out += fmt::format("n{}", static_cast<std::uint64_t>(number));
  } else {
    out += fmt::format("d{}", number);
  }
}

void append_string(std::string& out, const std::string& text) {
  out += fmt::format("s{}:", text.size());
  out += text;
}

void append(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      out += '{';
      for (const auto& [key, item] : value.items()) {
        append_string(out, key);
        append(out, item);
      }
      out += '}';
      break;
    case Json::value_t::array:
      out += '[';
      for (const auto& item : value) append(out, item);
      out += ']';
      break;
    case Json::value_t::string:
      append_string(out, value.get_ref<const std::string&>());
      break;
    case Json::value_t::boolean:
      out += value.get<bool>() ? 't' : 'f';
      break;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      append_number(out, value);
      break;
    default:
      out += '0';
  }
}

// 64 bits of mantissa hold every 64-bit integer and every double.
long double wide(const Json& number) {
  if (number.is_number_unsigned()) return static_cast<long double>(number.get<std::uint64_t>());
  if (number.is_number_integer()) return static_cast<long double>(number.get<std::int64_t>());
  return static_cast<long double>(number.get<double>());
}

/// |number| = digits × 10^exponent; digits has no trailing zero.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal decimal(const Json& number) {
  Decimal result;
  if (number.is_number_unsigned()) {
    result.digits = number.get<std::uint64_t>();
  } else if (number.is_number_integer()) {
    const auto value = number.get<std::int64_t>();
    result.digits = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  } else {
    const std::string shortest = fmt::format("{}", std::abs(number.get<double>()));
    bool fraction = false;
    std::size_t i = 0;
    for (; i < shortest.size() && shortest[i] != 'e'; ++i) {
      if (shortest[i] == '.') {
        fraction = true;
        continue;
      }
      result.digits = result.digits * 10 + static_cast<std::uint64_t>(shortest[i] - '0');
      if (fraction) --result.exponent;
    }
    if (i < shortest.size()) result.exponent += std::stoi(shortest.substr(i + 1));
  }
  while (result.digits != 0 && result.digits % 10 == 0) {
    result.digits /= 10;
    ++result.exponent;
  }
  return result;
}

std::uint64_t power_of_ten_mod(int exponent, std::uint64_t modulus) {
  Wide result = 1 % modulus;
  Wide base = 10 % modulus;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = result * base % modulus;
    base = base * base % modulus;
  }
  return static_cast<std::uint64_t>(result);
}

}  // namespace

std::string value_key(const Json& value) {
  std::string out;
  append(out, value);
  return out;
}

bool is_integral(const Json& number) {
  if (number.is_number_integer()) return true;
  if (!number.is_number_float()) return false;
  const double value = number.get<double>();
  return std::isfinite(value) && value == std::trunc(value);
}

bool less(const Json& a, const Json& b) {
  return wide(a) < wide(b);
}

bool is_multiple(const Json& number, const Json& divisor) {
  const Decimal n = decimal(number);
  const Decimal d = decimal(divisor);
  if (n.digits == 0) return true;
  // Without trailing zeros, n.digits is no multiple of a power of ten.
  if (n.exponent < d.exponent) return false;
  const Wide scale = power_of_ten_mod(n.exponent - d.exponent, d.digits);
  return static_cast<Wide>(n.digits % d.digits) * scale % d.digits == 0;
}

}  // namespace assay::judges::schema
