package koine.ui.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import koine.engine.llama.Device;

/** A profile with conversations in several scripts. */
public final class SampleProfile {
    public static final String MIXED = """
            ## Greetings in four languages

            The same wish, each in its own *direction*:

            - **English**: Good morning, neighbour. How did you sleep?
            - **العربية**: صباح الخير يا جارتي. كيف نمتِ؟
            - **हिन्दी**: सुप्रभात पड़ोसी। आपको नींद कैसी आई?
            - **日本語**: おはようございます。よく眠れましたか。

            تُكتب العربية من اليمين إلى اليسار، ويبقى `System.out` والعنوان كما هما.

            | Language | Script | Word |
            |---|---|---|
            | Arabic | العربية | سلام |
            | Hindi | देवनागरी | नमस्ते |
            | Japanese | かな | こんにちは |

            ```java
            String greeting = "مرحبا";   // stays left to right
            ```

            > भाषा एक पुल है।

            Read more at [the Unicode site](https://www.unicode.org/reports/tr9/), ~~not~~ only in print.
            """;

    private SampleProfile() {}

    public static MemoryAssistant in(Path home) {
        MemoryAssistant assistant = new MemoryAssistant(home);
        Device processor = FakePacks.device("AMD Ryzen 7 7840U w/ Radeon 780M Graphics", Device.Kind.PROCESSOR);
        Device card = FakePacks.device("NVIDIA GeForce RTX 4070 Laptop GPU ", Device.Kind.GRAPHICS);
        assistant
                .packs
                .install(FakePacks.PROCESSOR, FakePacks.usable(processor))
                .install(FakePacks.VULKAN, FakePacks.usable(card, processor))
                .install(FakePacks.CUDA, FakePacks.usable(processor));
        Instant now = Instant.now();
        assistant.add(
                now.minus(Duration.ofDays(12)), "A letter to the school about the library hours", "Dear teacher, …");
        assistant.add(now.minus(Duration.ofDays(1)), "ما معنى كلمة «كوينه»؟", "الكوينه لغة مشتركة بين الناس.");
        assistant.add(
                now.minus(Duration.ofDays(1)), "आसमान नीला क्यों है?", "क्योंकि हवा नीली रोशनी को ज़्यादा बिखेरती है।");
        assistant.add(
                now.minus(Duration.ofMinutes(9)),
                "What is the capital of France? Answer in one sentence.",
                "The capital of France is Paris.");
        assistant.add(
                now.minus(Duration.ofMinutes(2)),
                "How do I say “good morning” to my neighbours?\nكيف أقولها بالعربية؟",
                MIXED);
        return assistant;
    }
}
