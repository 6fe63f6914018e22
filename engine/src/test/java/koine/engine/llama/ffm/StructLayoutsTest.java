package koine.engine.llama.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import koine.engine.NativeKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StructLayoutsTest {
    @TempDir
    Path folder;

    @Test
    void everySizeAndEveryFieldsOffsetAndWidthIsThatOfTheCCompiler() throws IOException {
        String compiler = NativeKit.compiler("cc", "gcc", "clang");
        StringBuilder source =
                new StringBuilder("#include \"llama.h\"\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n");
        List<String> ours = new ArrayList<>();
        for (StructLayout struct : StructLayouts.ALL) {
            String name = StructLayouts.nameOf(struct);
            source.append("printf(\"%s %zu\\n\", \"NAME\", sizeof(struct NAME));\n".replace("NAME", name));
            ours.add(name + " " + struct.byteSize());
            for (MemoryLayout field : StructLayouts.fields(struct)) {
                String fieldName = StructLayouts.nameOf(field);
                source.append(("printf(\"%s %zu %zu\\n\", \"FIELD\", offsetof(struct NAME, FIELD),"
                                + " sizeof(((struct NAME *) 0)->FIELD));\n")
                        .replace("NAME", name)
                        .replace("FIELD", fieldName));
                ours.add(fieldName + " " + StructLayouts.offset(struct, fieldName) + " " + field.byteSize());
            }
        }
        Path file = Files.writeString(folder.resolve("layouts.c"), source + "return 0; }\n");
        Path program = folder.resolve("layouts");
        List<String> command = new ArrayList<>(List.of(compiler, file.toString(), "-o", program.toString()));
        command.addAll(NativeKit.includeFlags());
        NativeKit.run(command.toArray(String[]::new));
        assertEquals(ours, NativeKit.run(program.toString()).lines().toList());
    }

    @Test
    void theGuardKnowsTheDefaultOfEveryField() {
        Map<StructLayout, Set<String>> known = Map.of(
                StructLayouts.MODEL_PARAMS, AbiGuard.MODEL_DEFAULTS.keySet(),
                StructLayouts.CONTEXT_PARAMS, AbiGuard.CONTEXT_DEFAULTS.keySet(),
                StructLayouts.SAMPLER_CHAIN_PARAMS, AbiGuard.SAMPLER_CHAIN_DEFAULTS.keySet());
        known.forEach((struct, fields) -> assertEquals(
                new TreeSet<>(fields),
                new TreeSet<>(StructLayouts.fields(struct).stream()
                        .map(StructLayouts::nameOf)
                        .toList())));
    }
}
