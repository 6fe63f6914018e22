package koine.engine.llama;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import koine.engine.NativeKit;
import koine.engine.llama.LlamaContext.Decoded;
import koine.engine.llama.ModelLoadException.Reason;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.NativePaths;
import koine.engine.llama.ffm.PackLoader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

/** Each of these would end the process if it reached C. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WrongUseTest {
    private static final SamplerOptions GREEDY = new SamplerOptions(0, 0, 1, 0, 0);
    private static final ContextOptions SMALL = new ContextOptions(256, 64, 1);
    private static final byte SENTINEL = 0x5A;

    private LlamaLibrary library;
    private LlamaModel model;

    @BeforeAll
    void load() throws Exception {
        library = PackLoader.load(NativeKit.pack());
        model = loadModel();
    }

    @AfterAll
    void close() {
        if (model != null) {
            model.close();
        }
    }

    /** As the continuation of the first sequence, with an output of the last token. */
    private static Decoded read(LlamaContext context, int[] tokens, int from, int count) {
        Batch batch = new Batch(Math.max(0, count));
        int position = context.position(0);
        for (int i = 0; i < count; i++) {
            batch.add(tokens[from + i], position + i, 0, i == count - 1);
        }
        return context.decode(batch);
    }

    private static Batch one(int token, int position, int sequence) {
        Batch batch = new Batch(1);
        batch.add(token, position, sequence, true);
        return batch;
    }

    private LlamaModel loadModel() throws ModelLoadException {
        return LlamaModel.load(library, NativeKit.starterModel(), fraction -> {}, () -> false);
    }

    @Test
    void aClosedModelAndItsVocabularyRefuseEverything() throws ModelLoadException {
        LlamaModel closed = loadModel();
        Vocabulary vocabulary = closed.vocabulary();
        closed.close();
        closed.close();
        refused(
                IllegalStateException.class,
                closed::vocabulary,
                closed::description,
                closed::parameters,
                closed::bytes,
                closed::trainedContextTokens,
                () -> closed.metadata("general.architecture"),
                () -> closed.newContext(SMALL),
                () -> vocabulary.tokenize("text", true),
                () -> vocabulary.piece(0, true),
                () -> vocabulary.isEndOfGeneration(0),
                vocabulary::bos,
                vocabulary::eos,
                vocabulary::addsBos);
    }

    @Test
    void aClosedContextRefusesEverything() throws ModelLoadException {
        LlamaContext closed = model.newContext(SMALL);
        closed.close();
        closed.close();
        closed.abortFlag().raise();
        try (LlamaSampler sampler = model.newSampler(GREEDY)) {
            refused(
                    IllegalStateException.class,
                    () -> closed.position(0),
                    closed::clear,
                    () -> closed.keepFirst(0, 1),
                    () -> read(closed, new int[] {1}, 0, 1),
                    () -> closed.sample(sampler, 0));
        }
    }

    @Test
    void aModelIsNotFreedUnderItsContext() throws ModelLoadException {
        LlamaModel own = loadModel();
        LlamaContext context = own.newContext(SMALL);
        refused(IllegalStateException.class, own::close);
        assertEquals(Decoded.DONE, read(context, new int[] {1}, 0, 1));
        context.close();
        own.close();
    }

    @Test
    void aClosedSamplerRefusesToSample() throws ModelLoadException {
        LlamaSampler closed = model.newSampler(GREEDY);
        closed.close();
        closed.close();
        try (LlamaContext context = model.newContext(SMALL)) {
            read(context, new int[] {1}, 0, 1);
            refused(IllegalStateException.class, () -> context.sample(closed, 0));
        }
    }

    @Test
    void nothingIsSampledWhereNothingWasRead() throws ModelLoadException {
        try (LlamaContext context = model.newContext(SMALL);
                LlamaSampler sampler = model.newSampler(GREEDY)) {
            refused(IllegalStateException.class, () -> context.sample(sampler, 0));
            assertEquals(Decoded.DONE, read(context, new int[] {1, 2, 3}, 0, 3));
            assertEquals(context.sample(sampler, 2), context.sample(sampler, 2));
            assertTrue(context.keepFirst(0, 2));
            assertEquals(2, context.position(0));
            refused(IllegalStateException.class, () -> context.sample(sampler, 0));
            context.clear();
            assertEquals(0, context.position(0));
            refused(IllegalStateException.class, () -> context.sample(sampler, 0));
        }
    }

    @Test
    void tokensThatAreNoneAndBatchesThatDoNotFitAreRefused() throws ModelLoadException {
        Vocabulary vocabulary = model.vocabulary();
        try (LlamaContext context = model.newContext(SMALL)) {
            int[] many = new int[300];
            refused(
                    IllegalArgumentException.class,
                    () -> vocabulary.piece(-1, true),
                    () -> vocabulary.piece(vocabulary.size(), true),
                    () -> vocabulary.isEndOfGeneration(Integer.MAX_VALUE),
                    () -> read(context, new int[] {-1}, 0, 1),
                    () -> read(context, new int[] {vocabulary.size()}, 0, 1),
                    () -> read(context, many, 0, 0),
                    () -> read(context, many, 0, 65),
                    () -> context.keepFirst(0, -1));
            refused(
                    IllegalArgumentException.class,
                    () -> context.decode(one(1, 1, 0)),
                    () -> context.decode(one(1, -1, 0)),
                    () -> context.decode(one(1, 0, 1)),
                    () -> context.decode(one(1, 0, -1)),
                    () -> context.position(1),
                    () -> context.save(-1, false));
            refused(IllegalStateException.class, () -> context.logits(0), () -> context.logits(-1));
            for (int i = 0; i < 4; i++) {
                assertEquals(Decoded.DONE, read(context, many, 0, 64));
            }
            assertEquals(256, context.position(0));
            refused(IllegalArgumentException.class, () -> read(context, many, 0, 1));
        }
        refused(
                IllegalArgumentException.class,
                () -> new ContextOptions(0, 1, 1),
                () -> new ContextOptions(Integer.MAX_VALUE, 1, 1),
                () -> new ContextOptions(1, 0, 1),
                () -> new ContextOptions(1, 1, 0),
                () -> new ContextOptions(1, 1, 10_000),
                () -> model.metadata("general\0name"));
    }

    @Test
    void anAbortedComputationLeavesWhatWasReadBefore() throws ModelLoadException {
        try (LlamaContext context = model.newContext(SMALL)) {
            assertEquals(Decoded.DONE, read(context, new int[] {1, 2, 3}, 0, 3));
            context.abortFlag().raise();
            assertEquals(Decoded.ABORTED, read(context, new int[] {4, 5}, 0, 2));
            assertEquals(3, context.position(0));
            context.abortFlag().lower();
            assertEquals(Decoded.DONE, read(context, new int[] {4, 5}, 0, 2));
        }
    }

    @Test
    void aLoadCanBeCancelledAndAListenersExceptionComesBack() {
        ModelLoadException cancelled = assertThrows(
                ModelLoadException.class,
                () -> LlamaModel.load(library, NativeKit.starterModel(), fraction -> {}, () -> true));
        assertEquals(Reason.CANCELLED, cancelled.reason());
        IllegalStateException mine = new IllegalStateException("mine");
        assertSame(
                mine,
                assertThrows(
                        IllegalStateException.class,
                        () -> LlamaModel.load(
                                library,
                                NativeKit.starterModel(),
                                fraction -> {
                                    throw mine;
                                },
                                () -> false)));
    }

    @Test
    void textsLongerThanTheUsualBufferComeWhole() {
        String template = model.metadata("tokenizer.chat_template");
        assertTrue(template != null && template.length() > 256 && template.endsWith("{% endif %}"), template);
        assertNull(model.metadata("no.such.key"));
        assertTrue(model.description().contains("llama"), model.description());
        Vocabulary vocabulary = model.vocabulary();
        String text = "The quick brown fox 🌊 मछली سمك <|im_end|>\n".repeat(50);
        byte[] bytes = new byte[0];
        for (int token : vocabulary.tokenize(text, true)) {
            byte[] piece = vocabulary.piece(token, true);
            int end = bytes.length;
            bytes = Arrays.copyOf(bytes, end + piece.length);
            System.arraycopy(piece, 0, bytes, end, piece.length);
        }
        assertEquals(text, new String(bytes, StandardCharsets.UTF_8));
        assertEquals(0, vocabulary.tokenize("", true).length);
        int end = vocabulary.eos();
        assertArrayEquals(new int[] {end}, vocabulary.tokenize("<|im_end|>", true));
        assertTrue(vocabulary.tokenize("<|im_end|>", false).length > 1);
        assertTrue(vocabulary.isEndOfGeneration(end));
        assertEquals(0, vocabulary.piece(end, false).length);
    }

    @Test
    void aBufferTooSmallIsToldItsSizeAndNotWrittenTo() {
        long own = library.modelLoadFromFile(NativePaths.bytes(NativeKit.starterModel()), 0, 0, -1, fraction -> true);
        assertTrue(own != 0);
        try {
            long vocab = library.modelGetVocab(own);
            byte[] text = "a text of several tokens".getBytes(StandardCharsets.UTF_8);
            int[] tokens = {7, 7};
            int needed = -library.tokenize(vocab, text, tokens, false, true);
            assertTrue(needed > 2, "needed: " + needed);
            assertArrayEquals(new int[] {7, 7}, tokens);
            int[] enough = new int[needed + 2];
            Arrays.fill(enough, 7);
            assertEquals(needed, library.tokenize(vocab, text, enough, false, true));
            assertArrayEquals(new int[] {7, 7}, Arrays.copyOfRange(enough, needed, needed + 2));

            byte[] piece = {SENTINEL, SENTINEL};
            int longest = library.vocabEos(vocab);
            assertEquals(-"<|im_end|>".length(), library.tokenToPiece(vocab, longest, piece, true));
            assertArrayEquals(new byte[] {SENTINEL, SENTINEL}, piece);
            byte[] room = new byte[16];
            Arrays.fill(room, SENTINEL);
            assertEquals(10, library.tokenToPiece(vocab, longest, room, true));
            assertEquals("<|im_end|>ZZZZZZ", new String(room, StandardCharsets.US_ASCII));
        } finally {
            library.modelFree(own);
        }
    }

    @Test
    void aNullOfTheLibraryIsAnExceptionAndGoesNoFurther() {
        for (String what : List.of("llama_model", "llama_context")) {
            LlamaException refused = assertThrows(LlamaException.class, () -> new Handle(what, 0));
            assertEquals(what + " is NULL", refused.getMessage());
        }
    }

    private static void refused(Class<? extends Exception> type, Executable... calls) {
        for (Executable call : calls) {
            assertThrows(type, call);
        }
    }
}
