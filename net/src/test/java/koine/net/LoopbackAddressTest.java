package koine.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1", "http://127.0.0.1:65535"})
    void aPortOfThisComputerReadsAndPrintsTheSame(String text) {
        assertEquals(text, LoopbackAddress.parse(text).toString());
    }

    @Test
    void aSocketPathReadsAndPrintsTheSameAlsoOutsideAscii() {
        LoopbackAddress address =
                new LoopbackAddress.Unix(Path.of("/tmp/بيت/a b.sock").toAbsolutePath());
        assertEquals(address, LoopbackAddress.parse(address.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://127.0.0.1",
                "http://127.0.0.1:0",
                "http://127.0.0.1:65536",
                "http://127.0.0.1:80/",
                "http://127.0.0.1:80@example.org",
                "http://127.0.0.1.example.org:80",
                "http://localhost:80",
                "http://192.168.0.1:80",
                "http://0.0.0.0:80",
                "https://127.0.0.1:80",
                "http://example.org:80",
                "http://127.0.0.1:٨٠",
                "unix:relative/path",
                "unix:"
            })
    void everyOtherAddressIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> LoopbackAddress.parse(text));
    }
}
