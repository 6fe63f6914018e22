package koine.engine.llama;

import java.util.Locale;

/** How the KV cache keeps its numbers. */
public enum KvType {
    /** 16-bit floating point, llama.cpp's default. */
    F16(1),
    /** 8.5 bits a number: about half the memory. */
    Q8_0(8);

    private final int ggmlType;

    KvType(int ggmlType) {
        this.ggmlType = ggmlType;
    }

    /** As llama.cpp's options call it: {@code f16}, {@code q8_0}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@code ggml_type}. */
    int ggmlType() {
        return ggmlType;
    }
}
