// Asks llama.cpp's grammar sampler, over the vocabulary of a model. One command a line on standard input, texts in
// hexadecimal; one line of answer for each:
//   G GRAMMAR            ok | null | throws
//   T TEXT               accepts | refuses: byte by byte, and cut into tokens as the vocabulary does
//   B SEED LENGTH        a random text of the grammar from single bytes: "whole TEXT" | "part TEXT"
//   W SEED TOKENS        random tokens of the whole vocabulary: the same
//   S SEED TOKENS PROMPT what the model says at temperature 1.5 after the prompt: the same
// usage: probe PACK MODEL [vocabulary only: 1]
#include "llama.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

static const llama_vocab * vocab;
static llama_context * context;
static llama_sampler * grammar;
static std::vector<llama_token> byte_tokens(256, -1);
static std::vector<llama_token> ends;
static std::vector<llama_token> others;

static std::string piece(llama_token token) {
    char buffer[1024];
    int n = llama_token_to_piece(vocab, token, buffer, sizeof buffer, 0, true);
    return n > 0 ? std::string(buffer, n) : std::string();
}

static std::string text_of(const std::string & hex) {
    std::string text;
    for (size_t i = 0; i + 1 < hex.size(); i += 2) {
        text += (char) strtol(hex.substr(i, 2).c_str(), nullptr, 16);
    }
    return text;
}

static void print_hex(const char * word, const std::string & text) {
    printf("%s ", word);
    for (unsigned char c : text) {
        printf("%02x", c);
    }
    printf("\n");
}

// leaves of the candidates those that may come next
static std::vector<llama_token_data> allowed(std::vector<llama_token_data> candidates) {
    llama_token_data_array array = {candidates.data(), candidates.size(), -1, false};
    llama_sampler_apply(grammar, &array);
    std::vector<llama_token_data> left;
    for (size_t i = 0; i < array.size; i++) {
        if (array.data[i].logit > -INFINITY) {
            left.push_back(array.data[i]);
        }
    }
    return left;
}

static bool read(llama_token token) {
    if (token < 0 || allowed({{token, 0.0f, 0.0f}}).empty()) {
        return false;
    }
    llama_sampler_accept(grammar, token);
    return true;
}

static bool reads(const std::vector<llama_token> & tokens) {
    llama_sampler_reset(grammar);
    for (llama_token token : tokens) {
        if (!read(token)) {
            return false;
        }
    }
    return read(ends[0]);
}

static const char * accepts(const std::string & text) {
    std::vector<llama_token> bytes;
    for (unsigned char c : text) {
        bytes.push_back(byte_tokens[c]);
    }
    std::vector<llama_token> tokens(text.size() + 2);
    int n = llama_tokenize(vocab, text.data(), text.size(), tokens.data(), tokens.size(), false, false);
    tokens.resize(n < 0 ? 0 : n);
    bool one = reads(bytes);
    bool two = reads(tokens);
    return one != two ? "differs" : one ? "accepts" : "refuses";
}

// a random text; ends it gladly, and so closes what is open
static void walk(unsigned seed, int most, const std::vector<llama_token> & tokens) {
    std::mt19937 random(seed);
    llama_sampler_reset(grammar);
    std::string text;
    for (int i = 0; i < most; i++) {
        std::vector<llama_token_data> all;
        for (llama_token token : tokens) {
            all.push_back({token, 0.0f, 0.0f});
        }
        all.push_back({ends[0], 0.0f, 0.0f});
        std::vector<llama_token_data> left = allowed(all);
        if (left.empty()) {
            print_hex("stuck", text);
            return;
        }
        if (left.back().id == ends[0] && (left.size() == 1 || random() % 2)) {
            llama_sampler_accept(grammar, ends[0]);
            print_hex("whole", text);
            return;
        }
        std::vector<llama_token> closing;
        for (const auto & one : left) {
            if (one.id == byte_tokens['"'] || one.id == byte_tokens['}'] || one.id == byte_tokens[']']) {
                closing.push_back(one.id);
            }
        }
        llama_token next = !closing.empty() && random() % 8 == 0 ? closing[random() % closing.size()] : left[random() % left.size()].id;
        if (next == ends[0]) {
            next = left[0].id;
        }
        llama_sampler_accept(grammar, next);
        text += piece(next);
    }
    print_hex("part", text);
}

static void say(unsigned seed, int most, const std::string & prompt) {
    std::mt19937 random(seed);
    llama_sampler_reset(grammar);
    llama_memory_clear(llama_get_memory(context), true);
    std::vector<llama_token> tokens(prompt.size() + 2);
    int n = llama_tokenize(vocab, prompt.data(), prompt.size(), tokens.data(), tokens.size(), true, true);
    tokens.resize(n < 0 ? 0 : n);
    llama_batch batch = llama_batch_get_one(tokens.data(), tokens.size());
    std::string text;
    llama_token next = 0;
    for (int i = 0; i < most; i++) {
        if (llama_decode(context, batch)) {
            printf("failed\n");
            return;
        }
        const float * logits = llama_get_logits_ith(context, -1);
        std::vector<llama_token_data> all;
        for (llama_token token = 0; token < llama_vocab_n_tokens(vocab); token++) {
            // a control token has a text for the grammar, and none for the reader
            if (!llama_vocab_is_control(vocab, token) || llama_vocab_is_eog(vocab, token)) {
                all.push_back({token, logits[token], 0.0f});
            }
        }
        std::vector<llama_token_data> left = allowed(all);
        if (left.empty()) {
            print_hex("stuck", text);
            return;
        }
        float best = -INFINITY;
        for (const auto & one : left) {
            best = std::max(best, one.logit);
        }
        std::vector<double> weights;
        for (const auto & one : left) {
            weights.push_back(std::exp((one.logit - best) / 1.5));
        }
        std::discrete_distribution<size_t> pick(weights.begin(), weights.end());
        next = left[pick(random)].id;
        llama_sampler_accept(grammar, next);
        if (llama_vocab_is_eog(vocab, next)) {
            print_hex("whole", text);
            return;
        }
        text += piece(next);
        batch = llama_batch_get_one(&next, 1);
    }
    print_hex("part", text);
}

static void answer(const std::string & line) {
    std::istringstream in(line);
    std::string command, word;
    unsigned seed = 0;
    int most = 0;
    in >> command;
    if (command == "G") {
        in >> word;
        if (grammar) {
            llama_sampler_free(grammar);
        }
        grammar = llama_sampler_init_grammar(vocab, text_of(word).c_str(), "root");
        printf(grammar ? "ok\n" : "null\n");
    } else if (!grammar) {
        printf("no grammar\n");
    } else if (command == "T") {
        in >> word;
        printf("%s\n", accepts(text_of(word)));
    } else {
        in >> seed >> most >> word;
        if (command == "B") {
            std::vector<llama_token> known;
            for (llama_token token : byte_tokens) {
                if (token >= 0) {
                    known.push_back(token);
                }
            }
            walk(seed, most, known);
        } else if (command == "W") {
            walk(seed, most, others);
        } else {
            say(seed, most, text_of(word));
        }
    }
}

int main(int argc, char ** argv) {
    if (argc < 3) {
        return 2;
    }
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    ggml_backend_load_all_from_path(argv[1]);
    llama_model_params model_params = llama_model_default_params();
    model_params.vocab_only = argc > 3;
    llama_model * model = llama_model_load_from_file(argv[2], model_params);
    if (!model) {
        return 3;
    }
    vocab = llama_model_get_vocab(model);
    if (!model_params.vocab_only) {
        llama_context_params params = llama_context_default_params();
        params.n_ctx = 1024;
        params.n_threads = params.n_threads_batch = 1;
        context = llama_init_from_model(model, params);
        if (!context) {
            return 4;
        }
    }
    for (llama_token token = 0; token < llama_vocab_n_tokens(vocab); token++) {
        std::string text = piece(token);
        if (llama_vocab_is_eog(vocab, token)) {
            ends.push_back(token);
        } else {
            others.push_back(token);
        }
        if (text.size() == 1) {
            byte_tokens[(unsigned char) text[0]] = token;
        }
    }
    std::string line;
    while (std::getline(std::cin, line)) {
        try {
            answer(line);
        } catch (const std::exception & e) {
            printf("throws %s\n", e.what());
        }
        fflush(stdout);
    }
    return 0;
}
