package koine.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import koine.net.ServerSentEvents.Event;
import org.junit.jupiter.api.Test;

class ServerSentEventsTest {
    private static List<Event> read(byte[] stream, int maxEventBytes) throws IOException {
        ServerSentEvents events = new ServerSentEvents(new ByteArrayInputStream(stream), maxEventBytes);
        List<Event> read = new ArrayList<>();
        for (Event event = events.next(); event != null; event = events.next()) {
            read.add(event);
        }
        return read;
    }

    private static List<Event> read(String stream) throws IOException {
        return read(stream.getBytes(StandardCharsets.UTF_8), 1000);
    }

    private static Event message(String data) {
        return new Event("message", data);
    }

    @Test
    void linesEndAnyWayTheStandardAllows() throws IOException {
        assertEquals(
                List.of(message("a"), message("b"), message("c\nd")),
                read("data: a\n\ndata:b\r\rdata: c\r\ndata: d\r\n\r\n"));
    }

    @Test
    void commentsAndUnknownFieldsAreSkippedAndTypesKept() throws IOException {
        assertEquals(
                List.of(new Event("error", " x"), message("")),
                read(":\n\n: beat\nevent: error\nid: 7\nretry: 1\nfoo: bar\ndata:  x\n\nevent: lost\n\ndata\n\n"));
    }

    @Test
    void aByteOrderMarkIsSkippedAndAnUnfinishedEventDropped() throws IOException {
        assertEquals(List.of(message("a")), read("\uFEFFdata: a\n\ndata: b\n"));
    }

    @Test
    void everyScriptComesThrough() throws IOException {
        assertEquals(List.of(message("ع हिं 語 👩‍👩‍👧")), read("data: ع हिं 語 👩‍👩‍👧\n\n"));
    }

    @Test
    void brokenUtf8IsAnErrorAndNeverAReplacementCharacter() {
        byte[] broken = {'d', 'a', 't', 'a', ':', (byte) 0xE0, (byte) 0xA4, '\n', '\n'};
        assertThrows(ProtocolException.class, () -> read(broken, 1000));
    }

    @Test
    void anEventWithoutEndIsCutOff() {
        byte[] oneLine = "data: ".concat("x".repeat(2000)).getBytes(StandardCharsets.UTF_8);
        byte[] manyLines = "data: x\n".repeat(2000).getBytes(StandardCharsets.UTF_8);
        assertThrows(ProtocolException.class, () -> read(oneLine, 1000));
        assertThrows(ProtocolException.class, () -> read(manyLines, 1000));
    }
}
