package koine.engine.llama.ffm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Notices a library that was cut short (a full disk, a copy that was broken off): the system's loader maps what is not
 * there and the process dies of it. The section table is the last thing in a file, so it tells where the end should be.
 */
final class ElfFile {
    private static final int HEADER_BYTES = 64;
    private static final int MAGIC = 0x464C457F;
    private static final int SECTION_TABLE = 0x28;
    private static final int SECTION_BYTES = 0x3A;
    private static final int SECTION_COUNT = 0x3C;

    private ElfFile() {}

    /** @return false when the file says it is a longer one; true for files of another format */
    static boolean isWhole(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            while (header.hasRemaining()) {
                if (channel.read(header) < 0) {
                    return false;
                }
            }
            if (header.getInt(0) != MAGIC) {
                return true;
            }
            long end = header.getLong(SECTION_TABLE)
                    + (long) Short.toUnsignedInt(header.getShort(SECTION_BYTES))
                            * Short.toUnsignedInt(header.getShort(SECTION_COUNT));
            return end <= channel.size();
        }
    }
}
