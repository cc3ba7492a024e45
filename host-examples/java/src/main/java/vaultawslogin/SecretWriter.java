package vaultawslogin;

import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects text that may hold secrets, and leaves no copy of it behind. */
final class SecretWriter extends Writer {
  /** U+FFFD: the core refuses it wherever half a surrogate pair would have been something else. */
  private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

  private char[] text = new char[512];
  private int length;

  @Override
  public void write(int character) {
    room(1);
    text[length++] = (char) character;
  }

  @Override
  public void write(char[] from, int offset, int count) {
    room(count);
    System.arraycopy(from, offset, text, length, count);
    length += count;
  }

  /** Without the copy that {@link Writer} makes of a string and keeps. */
  @Override
  public void write(String from, int offset, int count) {
    room(count);
    from.getChars(offset, offset + count, text, length);
    length += count;
  }

  private void room(int more) {
    if (length + more <= text.length) {
      return;
    }
    char[] old = text;
    text = Arrays.copyOf(old, Math.max(old.length * 2, length + more));
    Arrays.fill(old, '\0');
  }

  /** Returns the text in UTF-8. The caller wipes it. */
  byte[] utf8() {
    CharsetEncoder encoder =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .replaceWith(REPLACEMENT);
    byte[] room = new byte[Math.multiplyExact(length, 3)];
    ByteBuffer into = ByteBuffer.wrap(room);
    encoder.encode(CharBuffer.wrap(text, 0, length), into, true);
    byte[] bytes = Arrays.copyOf(room, into.position());
    Arrays.fill(room, (byte) 0);
    return bytes;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    Arrays.fill(text, '\0');
  }
}
