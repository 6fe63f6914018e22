package koine.engine.session;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import koine.engine.llama.ffm.AbortQuestion;
import koine.engine.llama.ffm.ContextSettings;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.MemoryLibrary;
import koine.engine.llama.ffm.NativeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Stands between Koine and llama.cpp: writes down what is asked of a context in the language of {@code replay.cpp}, and
 * what came of it. All that it does itself is to look at logits.
 */
final class Recorder {
    private static final long START = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    final List<String> script = new ArrayList<>();
    final List<String> results = new ArrayList<>();
    private final LlamaLibrary real;
    private final LlamaLibrary library;
    private final @Nullable BooleanSupplier stop;
    private final MemoryLibrary memory;
    private final Map<Long, Integer> states = new HashMap<>();
    private final List<NativeBuffer> buffers = new ArrayList<>();
    private volatile Runnable onDecode = () -> {};
    private boolean refusing;
    private int refused;
    private int failing;
    private int computing;
    private float[] seen = new float[0];
    private int vocabulary;
    private int rows;
    private int sequences;
    private final List<Long> contexts = new ArrayList<>();
    private int tokensRead;
    private int mostSequences;
    private int mostOutputsBeside;
    private int largestContent;

    /** @param stop what is computed after an operation of the processor's; null leaves that to Koine */
    Recorder(LlamaLibrary real, @Nullable BooleanSupplier stop) {
        this.real = real;
        this.stop = stop;
        MemoryLibrary realMemory = real.memory();
        this.memory = proxy(
                MemoryLibrary.class,
                (method, arguments) -> isRefused(method, arguments)
                        ? false
                        : remembered(method, arguments, call(realMemory, method, arguments)));
        this.library = proxy(LlamaLibrary.class, this::called);
    }

    LlamaLibrary library() {
        return library;
    }

    /** Is called when a batch is about to be computed, on the thread that computes it. */
    void onDecode(Runnable begins) {
        onDecode = begins;
    }

    /** The row of logits that Koine looked at last. */
    float[] seen() {
        return seen.clone();
    }

    /** How many contexts had begun when the one did that computes, or did last. */
    int computing() {
        return computing;
    }

    /** Tokens that all contexts hold now. */
    int held() {
        return contexts.stream().mapToInt(this::content).sum();
    }

    /** How many rows of logits were compared, or will be. */
    int rows() {
        return rows;
    }

    /** Tokens of all batches together. */
    int tokensRead() {
        return tokensRead;
    }

    /** Most tokens that all sequences held together, after a batch. */
    int largestContent() {
        return largestContent;
    }

    /** Most sequences in one batch. */
    int mostSequences() {
        return mostSequences;
    }

    /** In a batch of several sequences, the most logits that were wanted beyond one for each. */
    int mostOutputsBeside() {
        return mostOutputsBeside;
    }

    /** How often a batch was broken off. */
    long aborted() {
        return results.stream().filter("D 2"::equals).count();
    }

    /** States that were saved or loaded and still hold memory. */
    long openStates() {
        return buffers.stream().filter(Recorder::isOpen).count();
    }

    private static boolean isOpen(NativeBuffer buffer) {
        try {
            buffer.slice(0, 1).get();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** From here on, llama.cpp says of each sequence that it cannot be rolled back. */
    void refuseRollbacks() {
        refusing = true;
    }

    /** How often that was said. */
    int refused() {
        return refused;
    }

    /** @param contextsBegun how many contexts had begun when the one did that fails from here on */
    void fail(int contextsBegun) {
        failing = contextsBegun;
    }

    private interface Handler {
        @Nullable
        Object called(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> handler.called(method, arguments == null ? new Object[0] : arguments)));
    }

    private static @Nullable Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private @Nullable Object called(Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("memory")) {
            return memory;
        }
        if (method.getName().equals("setAbortFlag") && stop != null) {
            AbortQuestion.install(real, (long) arguments[0], stop);
            return null;
        }
        if (method.getName().equals("decode")) {
            computing = contexts.indexOf((long) arguments[0]) + 1;
            onDecode.run();
            if (computing == failing) {
                return -3;
            }
        }
        Object result = call(real, method, arguments);
        switch (method.getName()) {
            case "contextInit" -> {
                contexts.add((long) Objects.requireNonNull(result));
                begun((ContextSettings) arguments[1]);
            }
            case "decode" -> decoded(arguments, (int) Objects.requireNonNull(result));
            case "copyLogits" -> seen = (float[]) arguments[1];
            case "vocabSize" -> vocabulary = (int) Objects.requireNonNull(result);
            default -> {}
        }
        return result;
    }

    private void begun(ContextSettings settings) {
        sequences = settings.sequences();
        script.add(
                "N " + settings.contextTokens() + " " + settings.batchTokens() + " " + settings.microBatchTokens() + " "
                        + settings.sequences() + " " + settings.threads() + " " + settings.kvType() + " "
                        + (settings.fullSlidingWindow() ? 1 : 0));
    }

    private void decoded(Object[] arguments, int status) {
        long context = (long) arguments[0];
        int[] sequences = (int[]) arguments[4];
        byte[] outputs = (byte[]) arguments[5];
        int count = (int) arguments[6];
        StringBuilder line = new StringBuilder("D " + count);
        StringBuilder result = new StringBuilder("D " + status);
        boolean[] present = new boolean[256];
        int different = 0;
        int wanted = 0;
        for (int row = 0; row < count; row++) {
            line.append(' ').append(((int[]) arguments[2])[row]);
            line.append(' ').append(((int[]) arguments[3])[row]);
            line.append(' ').append(sequences[row]).append(' ').append(outputs[row]);
            different += present[sequences[row]] ? 0 : 1;
            wanted += outputs[row] != 0 ? 1 : 0;
            present[sequences[row]] = true;
            if (status == 0 && outputs[row] != 0) {
                float[] logits = new float[vocabulary];
                long from = real.logits(context, row);
                if (from == 0) {
                    throw new AssertionError("no logits of row " + row);
                }
                real.copyLogits(from, logits);
                result.append(' ').append(hex(hash(logits)));
                rows++;
            }
        }
        tokensRead += status == 0 ? count : 0;
        largestContent = Math.max(largestContent, content(context));
        mostSequences = Math.max(mostSequences, different);
        mostOutputsBeside = Math.max(mostOutputsBeside, different > 1 ? wanted - different : 0);
        script.add(line.toString());
        results.add(result.toString());
    }

    private int content(long context) {
        int tokens = 0;
        for (int sequence = 0; sequence < sequences; sequence++) {
            tokens += real.memory().lastPosition(real.memory().ofContext(context), sequence) + 1;
        }
        return tokens;
    }

    private boolean isRefused(Method method, Object[] arguments) {
        boolean is = refusing && method.getName().equals("remove") && (int) arguments[2] > 0;
        refused += is ? 1 : 0;
        return is;
    }

    private @Nullable Object remembered(Method method, Object[] arguments, @Nullable Object result) throws IOException {
        for (Object argument : arguments) {
            if (argument instanceof NativeBuffer buffer) {
                buffers.add(buffer);
            }
        }
        switch (method.getName()) {
            case "remove" -> {
                script.add("R " + arguments[1] + " " + arguments[2] + " " + arguments[3]);
                results.add(Boolean.TRUE.equals(result) ? "R 1" : "R 0");
            }
            case "clear" -> {
                script.add("C");
                results.add("C");
            }
            case "stateSave" -> {
                long hash = hash((NativeBuffer) arguments[1]);
                int id = states.computeIfAbsent(hash, unknown -> states.size());
                script.add("S " + id + " " + arguments[2] + " " + arguments[3]);
                results.add("S " + result + " " + hex(hash));
            }
            case "stateLoad" -> {
                // what was saved by another recorder cannot be replayed
                int id = states.getOrDefault(hash((NativeBuffer) arguments[1]), -1);
                script.add("L " + id + " " + arguments[2] + " " + arguments[3]);
                results.add("L " + result);
            }
            case "stateSaveFile" -> {
                long hash = hash(ofFile(arguments, result));
                int id = states.computeIfAbsent(hash, unknown -> states.size());
                int[] tokens = (int[]) arguments[3];
                String list = IntStream.of(tokens).mapToObj(String::valueOf).collect(Collectors.joining(" "));
                script.add("F " + id + " " + arguments[2] + " " + tokens.length + " " + list);
                results.add("F " + result + " " + hex(hash));
            }
            case "stateLoadFile" -> {
                int id = states.getOrDefault(hash(ofFile(arguments, result)), -1);
                script.add("G " + id + " " + arguments[2] + " " + ((int[]) arguments[3]).length);
                results.add("G " + result);
            }
            default -> {}
        }
        return result;
    }

    /** What llama.cpp wrote or read of a file; more may follow it. */
    private static ByteBuffer ofFile(Object[] arguments, @Nullable Object bytes) throws IOException {
        Path file = Path.of(new String((byte[]) arguments[1], StandardCharsets.UTF_8));
        int count = Math.toIntExact((long) Objects.requireNonNull(bytes));
        return ByteBuffer.wrap(Files.readAllBytes(file), 0, count);
    }

    private static long hash(float[] values) {
        long hash = START;
        for (float value : values) {
            hash = (hash ^ (Float.floatToRawIntBits(value) & 0xffff_ffffL)) * PRIME;
        }
        return hash;
    }

    private static long hash(NativeBuffer buffer) {
        return hash(buffer.slice(0, Math.toIntExact(buffer.size())));
    }

    private static long hash(ByteBuffer bytes) {
        long hash = START;
        while (bytes.hasRemaining()) {
            hash = (hash ^ (bytes.get() & 0xff)) * PRIME;
        }
        return hash;
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }
}
