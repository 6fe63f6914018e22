package koine.setup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecentClassesTest {
    private static final ClassDesc BASE = ClassDesc.of("old.Base");
    private static final ClassDesc ONE = ClassDesc.of("old.One");
    private static final ClassDesc OTHER = ClassDesc.of("old.Other");

    @TempDir
    Path lib;

    @Test
    void classes_without_frames_get_them_and_do_what_they_did() throws Exception {
        Path jar = jar(Map.of(
                "old/Base.class", old(BASE, ConstantDescs.CD_Object),
                "old/One.class", old(ONE, BASE),
                "old/Other.class", old(OTHER, BASE),
                "old/Chooser.class", chooser(),
                "read.me", "text".getBytes(StandardCharsets.UTF_8)));

        RecentClasses.writeJars(lib);

        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            for (String name : new String[] {"old/Base.class", "old/Chooser.class"}) {
                try (InputStream in = loader.getResourceAsStream(name)) {
                    assertEquals(ClassFile.JAVA_17_VERSION, in.readAllBytes()[7], name);
                }
            }
            try (InputStream in = loader.getResourceAsStream("read.me")) {
                assertArrayEquals("text".getBytes(StandardCharsets.UTF_8), in.readAllBytes());
            }
            // today's verifier refuses a class of today whose branches have no frames
            Class<?> chooser = Class.forName("old.Chooser", true, loader);
            assertEquals("old.One", chosen(chooser, true));
            assertEquals("old.Other", chosen(chooser, false));
        }
    }

    @Test
    void a_jar_of_classes_of_today_stays_as_it_is() throws Exception {
        byte[] today = ClassFile.of().build(BASE, builder -> builder.withVersion(ClassFile.JAVA_17_VERSION, 0));
        Path jar = jar(Map.of("old/Base.class", today));
        byte[] before = Files.readAllBytes(jar);

        RecentClasses.writeJars(lib);

        assertArrayEquals(before, Files.readAllBytes(jar));
    }

    private static String chosen(Class<?> chooser, boolean first) throws ReflectiveOperationException {
        return chooser.getMethod("choose", boolean.class)
                .invoke(null, first)
                .getClass()
                .getName();
    }

    private Path jar(Map<String, byte[]> entries) throws IOException {
        Path jar = lib.resolve("old.jar");
        try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of("create", "true"))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                Path path = zip.getPath(entry.getKey());
                if (path.getParent() != null) {
                    Files.createDirectories(path.getParent());
                }
                Files.write(path, entry.getValue());
            }
        }
        return jar;
    }

    private static byte[] old(ClassDesc name, ClassDesc parent) {
        return withoutFrames()
                .build(
                        name,
                        builder -> builder.withVersion(ClassFile.JAVA_5_VERSION, 0)
                                .withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_SUPER)
                                .withSuperclass(parent)
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.aload(0)
                                                .invokespecial(parent, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                                                .return_()));
    }

    /** {@code static Base choose(boolean first) { return first ? new One() : new Other(); }}, whose ways meet again. */
    private static byte[] chooser() {
        MethodTypeDesc type = MethodTypeDesc.of(BASE, ConstantDescs.CD_boolean);
        return withoutFrames()
                .build(
                        ClassDesc.of("old.Chooser"),
                        builder -> builder.withVersion(ClassFile.JAVA_5_VERSION, 0)
                                .withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_SUPER)
                                .withMethodBody("choose", type, ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC, code -> {
                                    Label otherwise = code.newLabel();
                                    Label end = code.newLabel();
                                    code.iload(0).ifeq(otherwise);
                                    code.new_(ONE)
                                            .dup()
                                            .invokespecial(ONE, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
                                    code.goto_(end);
                                    code.labelBinding(otherwise);
                                    code.new_(OTHER)
                                            .dup()
                                            .invokespecial(OTHER, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
                                    code.labelBinding(end);
                                    code.areturn();
                                }));
    }

    private static ClassFile withoutFrames() {
        return ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS);
    }
}
