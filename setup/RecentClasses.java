package koine.setup;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Libraries whose classes are older than Java 6 get class files of today: the same instructions, with the frames that the
 * verifier has asked for since. Java keeps no older ones in its start cache ({@link StartCache}) and verifies them slowly;
 * for picocli that is a tenth of a second of each command.
 */
final class RecentClasses {
    private static final int JAVA_6 = 50;
    private static final ClassFileVersion WRITTEN = ClassFileVersion.of(ClassFile.JAVA_17_VERSION, 0);

    private RecentClasses() {}

    /** Rewrites the jars in {@code lib} that need it. */
    static void writeJars(Path lib) throws IOException {
        for (Path jar : Program.classPath(lib)) {
            Map<String, byte[]> entries = entries(jar);
            if (entries.entrySet().stream().anyMatch(entry -> isOld(entry.getKey(), entry.getValue()))) {
                write(entries, jar);
            }
        }
    }

    private static boolean isOld(String name, byte[] bytes) {
        return name.endsWith(".class") && bytes.length > 8 && Byte.toUnsignedInt(bytes[7]) < JAVA_6;
    }

    private static Map<String, byte[]> entries(Path jar) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(jar))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    entries.put(entry.getName(), zip.readAllBytes());
                }
            }
        }
        return entries;
    }

    private static void write(Map<String, byte[]> entries, Path jar) throws IOException {
        ClassFile classFile = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(hierarchy(entries)));
        Path fresh = jar.resolveSibling(jar.getFileName() + ".new");
        try (OutputStream out = Files.newOutputStream(fresh);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                boolean old = isOld(entry.getKey(), entry.getValue());
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(old ? recent(classFile, entry.getValue()) : entry.getValue());
                zip.closeEntry();
            }
        }
        Trees.replace(fresh, jar);
    }

    private static byte[] recent(ClassFile classFile, byte[] old) {
        ClassModel model = classFile.parse(old);
        ClassTransform version =
                (builder, element) -> builder.with(element instanceof ClassFileVersion ? WRITTEN : element);
        return classFile.transformClass(
                model, version.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
    }

    /** Which class extends which, as the frames need it: out of the jar itself, else out of Java. */
    private static ClassHierarchyResolver hierarchy(Map<String, byte[]> entries) {
        return ClassHierarchyResolver.ofResourceParsing(described -> {
                    String binary = described.descriptorString();
                    byte[] bytes = entries.get(binary.substring(1, binary.length() - 1) + ".class");
                    return bytes == null ? null : new ByteArrayInputStream(bytes);
                })
                .orElse(ClassHierarchyResolver.defaultResolver());
    }
}
