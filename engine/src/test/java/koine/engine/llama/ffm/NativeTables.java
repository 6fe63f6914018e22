package koine.engine.llama.ffm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a library offers and what it needs, read from its own tables, whatever system it is for. ELF: System V ABI,
 * "Sections" and "Dynamic Linking". PE: Microsoft's PE Format. Mach-O: {@code mach-o/loader.h}, {@code mach-o/nlist.h}.
 *
 * @param machine the processor, as the format counts them
 * @param exports names of functions and data, as C spells them
 * @param needed libraries, as the system's loader will look for them
 */
record NativeTables(Format format, int machine, Set<String> exports, Set<String> needed) {
    enum Format {
        ELF,
        PE,
        MACH_O
    }

    private static final int ELF_MAGIC = 0x464C457F;
    private static final int MACH_O_MAGIC = 0xFEEDFACF;
    private static final int FAT_MAGIC = 0xBEBAFECA; // big-endian in the file

    static NativeTables read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            int magic = bytes.getInt(0);
            if (magic == ELF_MAGIC) {
                return elf(bytes);
            }
            if (magic == FAT_MAGIC) {
                int offset = bytes.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(8 + 8);
                return machO(bytes.slice(offset, bytes.capacity() - offset).order(ByteOrder.LITTLE_ENDIAN));
            }
            if (magic == MACH_O_MAGIC) {
                return machO(bytes);
            }
            if (bytes.getShort(0) == 0x5A4D) {
                return pe(bytes);
            }
            throw new IOException("no library of a known format: " + file.getFileName());
        }
    }

    private static NativeTables elf(ByteBuffer file) {
        Set<String> exports = new HashSet<>();
        Set<String> needed = new TreeSet<>();
        int table = Math.toIntExact(file.getLong(0x28));
        int size = file.getShort(0x3A);
        for (int section = 0; section < file.getShort(0x3C); section++) {
            int header = table + section * size;
            int type = file.getInt(header + 4);
            int offset = Math.toIntExact(file.getLong(header + 24));
            int end = offset + Math.toIntExact(file.getLong(header + 32));
            int strings = Math.toIntExact(file.getLong(table + file.getInt(header + 40) * size + 24));
            if (type == 11) { // SHT_DYNSYM
                for (int symbol = offset; symbol < end; symbol += 24) {
                    boolean defined = file.getShort(symbol + 6) != 0;
                    boolean global = (file.get(symbol + 4) & 0xF0) != 0;
                    boolean visible = (file.get(symbol + 5) & 3) == 0;
                    if (defined && global && visible) {
                        exports.add(text(file, strings + file.getInt(symbol)));
                    }
                }
            } else if (type == 6) { // SHT_DYNAMIC
                for (int entry = offset; entry < end; entry += 16) {
                    if (file.getLong(entry) == 1) { // DT_NEEDED
                        needed.add(text(file, strings + Math.toIntExact(file.getLong(entry + 8))));
                    }
                }
            }
        }
        return new NativeTables(Format.ELF, file.getShort(18), exports, needed);
    }

    private static NativeTables pe(ByteBuffer file) {
        int header = file.getInt(0x3C) + 4;
        int optional = header + 20;
        Sections sections = new Sections(file, optional + file.getShort(header + 16), file.getShort(header + 2));
        Set<String> exports = new HashSet<>();
        Set<String> needed = new TreeSet<>();
        int directories = optional + 112; // PE32+
        if (file.getInt(directories) != 0) {
            int directory = sections.at(file.getInt(directories));
            int names = sections.at(file.getInt(directory + 32));
            for (int i = 0; i < file.getInt(directory + 24); i++) {
                exports.add(text(file, sections.at(file.getInt(names + 4 * i))));
            }
        }
        imports(file, sections, file.getInt(directories + 8), 20, 12, needed);
        imports(file, sections, file.getInt(directories + 13 * 8), 32, 4, needed); // those loaded when first called
        return new NativeTables(Format.PE, Short.toUnsignedInt(file.getShort(header)), exports, needed);
    }

    private static void imports(
            ByteBuffer file, Sections sections, int address, int size, int name, Set<String> needed) {
        if (address != 0) {
            for (int at = sections.at(address); file.getInt(at + name) != 0; at += size) {
                needed.add(text(file, sections.at(file.getInt(at + name))));
            }
        }
    }

    private record Sections(ByteBuffer file, int table, int count) {
        int at(int address) {
            for (int section = table; section < table + 40 * count; section += 40) {
                int start = file.getInt(section + 12);
                if (address >= start && address < start + file.getInt(section + 16)) {
                    return address - start + file.getInt(section + 20);
                }
            }
            throw new IllegalStateException("an address is in no section");
        }
    }

    private static NativeTables machO(ByteBuffer file) {
        Set<String> exports = new HashSet<>();
        Set<String> needed = new TreeSet<>();
        int at = 32;
        for (int i = 0; i < file.getInt(16); i++) {
            int command = file.getInt(at) & 0x7FFFFFFF;
            if (command == 0xC || command == 0x18 || command == 0x1F) { // LC_LOAD_DYLIB, weak, re-exported
                needed.add(text(file, at + file.getInt(at + 8)));
            } else if (command == 2) { // LC_SYMTAB
                int strings = file.getInt(at + 16);
                for (int symbol = 0; symbol < file.getInt(at + 12); symbol++) {
                    int entry = file.getInt(at + 8) + 16 * symbol;
                    int type = file.get(entry + 4);
                    boolean exported = (type & 1) != 0 && (type & 0x10) == 0 && (type & 0xE) != 0;
                    String name = text(file, strings + file.getInt(entry));
                    if (exported && name.startsWith("_")) {
                        exports.add(name.substring(1));
                    }
                }
            }
            at += file.getInt(at + 4);
        }
        return new NativeTables(Format.MACH_O, file.getInt(4), exports, needed);
    }

    private static String text(ByteBuffer file, int at) {
        int end = at;
        while (file.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - at];
        file.get(at, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
