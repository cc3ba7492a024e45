package vaultawslogin;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** An object of the JSON that {@code docs/core-abi.md} describes: written here, read by {@link In}. */
final class Json {
  private final Map<String, Object> members = new LinkedHashMap<>();

  private Json() {}

  static Json object() {
    return new Json();
  }

  /** Adds a member, unless its value is {@code null}. */
  Json put(String name, Object value) {
    if (value != null) {
      members.put(name, value);
    }
    return this;
  }

  /** Returns the text in UTF-8. The caller wipes it. */
  byte[] utf8() {
    try (SecretWriter text = new SecretWriter();
        JsonWriter writer = new JsonWriter(text)) {
      write(writer, this);
      return text.utf8();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static void write(JsonWriter writer, Object value) throws IOException {
    if (value instanceof Json object) {
      writer.beginObject();
      for (Map.Entry<String, Object> member : object.members.entrySet()) {
        writer.name(member.getKey());
        write(writer, member.getValue());
      }
      writer.endObject();
    } else if (value instanceof List<?> list) {
      writer.beginArray();
      for (Object each : list) {
        write(writer, each);
      }
      writer.endArray();
    } else if (value instanceof Number number) {
      writer.value(number);
    } else if (value instanceof Boolean truth) {
      writer.value(truth);
    } else {
      writer.value((String) value);
    }
  }

  /** An object that was read. Absent members and {@code null} are the same. */
  record In(JsonObject object) {
    /** Returns nothing if it is not an object. The parser's words would quote it. */
    static Optional<In> read(byte[] utf8) {
      var reader = new InputStreamReader(new ByteArrayInputStream(utf8), StandardCharsets.UTF_8);
      try {
        JsonElement read = JsonParser.parseReader(reader);
        return read.isJsonObject() ? Optional.of(new In(read.getAsJsonObject())) : Optional.empty();
      } catch (JsonParseException malformed) {
        return Optional.empty();
      }
    }

    JsonElement element(String name) {
      JsonElement found = object.get(name);
      return found == null || found.isJsonNull() ? null : found;
    }

    In in(String name) {
      return element(name) instanceof JsonObject inner ? new In(inner) : null;
    }

    String text(String name) {
      JsonElement found = element(name);
      return found == null ? null : found.getAsString();
    }

    Long number(String name) {
      JsonElement found = element(name);
      return found == null ? null : (Long) found.getAsLong();
    }

    boolean truth(String name) {
      JsonElement found = element(name);
      return found != null && found.getAsBoolean();
    }

    /** Reads seconds since 1970. */
    Instant seconds(String name) {
      Long found = number(name);
      return found == null ? null : Instant.ofEpochSecond(found);
    }

    List<String> texts(String name) {
      return list(name, JsonElement::getAsString);
    }

    <T> List<T> objects(String name, Function<In, T> read) {
      return list(name, each -> read.apply(new In(each.getAsJsonObject())));
    }

    private <T> List<T> list(String name, Function<JsonElement, T> read) {
      return element(name) instanceof JsonArray array ? Json.list(array, read) : List.of();
    }
  }

  static <T> List<T> list(JsonArray array, Function<JsonElement, T> read) {
    List<T> found = new ArrayList<>(array.size());
    array.forEach(each -> found.add(read.apply(each)));
    return List.copyOf(found);
  }
}
