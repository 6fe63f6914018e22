package koine.engine.process;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import koine.engine.files.PrivateFiles;
import koine.engine.speed.Speedup;
import koine.net.LoopbackAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a running engine is found: a small file readable by its user alone, written by the engine.
 *
 * @param startMillis when the process began, since process ids are used again; epoch milliseconds, 0 when unknown
 * @param network which network namespace the address belongs to; empty where there is only one
 * @param contextTokens as it was started with; 0 is the engine's choice
 * @param kvType as it was started with
 * @param idleSeconds without a request for so long, it ends; 0 when unknown
 * @param needBytes memory it was expected to take; 0 when unknown
 * @param device whose memory it takes too; empty for none
 * @param deviceBytes as much of that as it was expected to take
 * @param hastened whether it was started to write more quickly than it comes
 */
public record BrokerFile(
        long pid,
        long startMillis,
        String network,
        LoopbackAddress address,
        String token,
        int contextTokens,
        String kvType,
        int idleSeconds,
        long needBytes,
        String device,
        long deviceBytes,
        boolean hastened) {
    /** The system counts in ticks since a boot time that its clock may correct. */
    private static final long START_TOLERANCE_MILLIS = 3000;

    private static final int MAX_BYTES = 16 * 1024;

    private record Content(
            long pid,
            long startMillis,
            @Nullable String network,
            @Nullable String address,
            @Nullable String token,
            int contextTokens,
            @Nullable String kvType,
            int idleSeconds,
            long needBytes,
            @Nullable String device,
            long deviceBytes,
            boolean hastened) {}

    /** That of this very process. */
    static BrokerFile ofThisProcess(LoopbackAddress address, EngineStart start) {
        ProcessHandle self = ProcessHandle.current();
        return new BrokerFile(
                self.pid(),
                startMillis(self),
                currentNetwork(),
                address,
                start.token(),
                start.options().contextTokens(),
                start.options().kvType(),
                start.options().idleSeconds(),
                start.needBytes(),
                start.device(),
                start.deviceBytes(),
                !Speedup.NONE.equals(start.options().speedup()));
    }

    /** @return null when there is no such file, or what is there is not one of ours */
    public static @Nullable BrokerFile read(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                return null;
            }
            Content content = new Gson().fromJson(Files.readString(file), Content.class);
            if (content == null || content.network == null || content.address == null || content.token == null) {
                return null;
            }
            return new BrokerFile(
                    content.pid,
                    content.startMillis,
                    content.network,
                    LoopbackAddress.parse(content.address),
                    content.token,
                    content.contextTokens,
                    content.kvType == null ? EngineOptions.F16 : content.kvType,
                    content.idleSeconds,
                    content.needBytes,
                    content.device == null ? "" : content.device,
                    content.deviceBytes,
                    content.hastened);
        } catch (NoSuchFileException e) {
            return null;
        } catch (JsonParseException | IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }

    /** Whole or not at all: a temporary name, synced, then moved into place. */
    void write(Path file) throws IOException {
        String json = new Gson()
                .toJson(new Content(
                        pid,
                        startMillis,
                        network,
                        address.toString(),
                        token,
                        contextTokens,
                        kvType,
                        idleSeconds,
                        needBytes,
                        device,
                        deviceBytes,
                        hastened));
        PrivateFiles.write(file, json);
    }

    /** Deletes the file unless another engine has put its own there since. */
    public void deleteIfOwn(Path file) throws IOException {
        if (equals(read(file))) {
            try {
                Files.deleteIfExists(file);
            } catch (FileSystemException e) {
                Files.deleteIfExists(file); // on Windows a reader can be in the way for a moment
            }
        }
    }

    /** Whether its process can still be there and be reached from here. */
    public boolean plausible() {
        if (address instanceof LoopbackAddress.Tcp && !network.equals(currentNetwork())) {
            return false;
        }
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> startMillis == 0
                        || startMillis(process) == 0
                        || Math.abs(startMillis(process) - startMillis) <= START_TOLERANCE_MILLIS)
                .isPresent();
    }

    private static long startMillis(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private static String currentNetwork() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    @Override
    public String toString() {
        return "BrokerFile[pid=" + pid + ", address=" + address + "]"; // never the token
    }
}
