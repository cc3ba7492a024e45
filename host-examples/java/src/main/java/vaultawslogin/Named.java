package vaultawslogin;

import java.util.Locale;

/** The names of the contract: {@code by-itself} is {@code BY_ITSELF} in Java. */
final class Named {
  private Named() {}

  /** Returns the constant of a name; {@code null} for no name. */
  static <T extends Enum<T>> T constant(Class<T> type, String name) {
    return name == null
        ? null
        : Enum.valueOf(type, name.replace('-', '_').toUpperCase(Locale.ROOT));
  }

  static String name(Enum<?> constant) {
    return constant.name().replace('_', '-').toLowerCase(Locale.ROOT);
  }
}
