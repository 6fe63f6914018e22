package koine.engine.session;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Makes whole characters of bytes that come in pieces: a token may end in the middle of one. Bytes that may still become
 * a character are held back; those that cannot become U+FFFD. What is held when the answer ends is dropped: half a
 * character says nothing, and a sign for it would stay in the conversation.
 */
final class Utf8Assembler {
    private static final byte[] NOTHING = {};

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] held = NOTHING;

    /** Whether the last bytes may still become a character. */
    boolean isHolding() {
        return held.length > 0;
    }

    /** The characters that are whole now. */
    String accept(byte[] bytes) {
        ByteBuffer in = ByteBuffer.allocate(held.length + bytes.length)
                .put(held)
                .put(bytes)
                .flip();
        CharBuffer out = CharBuffer.allocate(in.remaining());
        decoder.reset();
        decoder.decode(in, out, false);
        held = new byte[in.remaining()];
        in.get(held);
        return out.flip().toString();
    }
}
