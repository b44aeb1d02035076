package apus.openai.conformance;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Request bodies from nearly right to nonsense. */
final class RandomBodies {
    private static final List<String> FIELDS =
            List.of(
                    "messages",
                    "prompt",
                    "model",
                    "temperature",
                    "top_p",
                    "n",
                    "max_tokens",
                    "max_completion_tokens",
                    "seed",
                    "stop",
                    "stream",
                    "presence_penalty",
                    "frequency_penalty",
                    "logit_bias",
                    "user",
                    "best_of",
                    "top_k",
                    "ignore_eos",
                    "use_beam_search",
                    "stop_token_ids",
                    "skip_special_tokens",
                    "spaces_between_special_tokens",
                    "add_generation_prompt",
                    "echo",
                    "repetition_penalty",
                    "min_p",
                    "length_penalty",
                    "early_stopping",
                    "include_stop_str_in_output",
                    "suffix",
                    "logprobs",
                    "top_logprobs",
                    "stream_options",
                    "min_tokens",
                    "bad_words",
                    "allowed_token_ids",
                    "truncate_prompt_tokens",
                    "truncation_side",
                    "return_token_ids",
                    "return_tokens_as_token_ids",
                    "continue_final_message",
                    "chat_template_kwargs",
                    "chat_template",
                    "add_special_tokens",
                    "documents",
                    "request_id",
                    "response_format",
                    "structured_outputs",
                    "guided_json",
                    "tools",
                    "tool_choice",
                    "reasoning_effort",
                    "prompt_logprobs",
                    "cache_salt",
                    "priority",
                    "functions",
                    "metadata",
                    "extra_body",
                    "unknown\u0000field",
                    "modalities");

    private static final List<String> STRINGS =
            List.of(
                    "",
                    "a",
                    "Hello",
                    "user",
                    "assistant",
                    "system",
                    "text",
                    "auto",
                    "none",
                    "left",
                    "never",
                    "\u0000",
                    "\uFFFF",
                    "🌍",
                    "<|im_end|>",
                    "{{ 1 }}",
                    "[0-9]+",
                    "json_object",
                    "apus-demo",
                    "x".repeat(300));

    private final Random random;

    RandomBodies(long seed) {
        random = new Random(seed);
    }

    /** JSON text for a chat or a completion. */
    String next(boolean chat) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (random.nextInt(10) > 0) {
            body.put(chat ? "messages" : "prompt", chat ? messages() : prompt());
        }
        if (random.nextInt(4) > 0) {
            body.put("max_tokens", random.nextInt(6));
        }
        int fields = random.nextInt(5);
        for (int i = 0; i < fields; i++) {
            String field = FIELDS.get(random.nextInt(FIELDS.size()));
            body.put(field, random.nextInt(3) > 0 ? plausible(field) : value(3));
        }
        String json = new JsonMapper().valueToTree(body).toString();
        return random.nextInt(20) == 0 ? damaged(json) : json;
    }

    private Object messages() {
        List<Object> messages = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("role", random.nextInt(8) > 0 ? "user" : value(1));
            message.put("content", random.nextInt(8) > 0 ? text() : value(2));
            messages.add(random.nextInt(12) > 0 ? message : value(2));
        }
        return messages;
    }

    private Object prompt() {
        return switch (random.nextInt(5)) {
            case 0 -> List.of(text(), text());
            case 1 -> List.of(random.nextInt(2100), random.nextInt(2100));
            case 2 -> List.of(List.of(random.nextInt(2048)), List.of(5));
            default -> text();
        };
    }

    private String text() {
        return STRINGS.get(random.nextInt(STRINGS.size()));
    }

    private Object plausible(String field) {
        return switch (field) {
            case "stop", "bad_words" -> List.of(text());
            case "stop_token_ids", "allowed_token_ids" -> List.of(random.nextInt(2048));
            case "logit_bias" ->
                    Map.of(String.valueOf(random.nextInt(2100)), random.nextInt(300) - 150);
            case "stream_options" -> Map.of("include_usage", random.nextBoolean());
            case "n",
                    "best_of",
                    "top_k",
                    "logprobs",
                    "top_logprobs",
                    "min_tokens",
                    "prompt_logprobs" ->
                    random.nextInt(6) - 1;
            case "temperature", "top_p", "min_p", "presence_penalty", "repetition_penalty" ->
                    random.nextDouble() * 3 - 0.5;
            default -> random.nextBoolean();
        };
    }

    private Object value(int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 7)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextInt();
            case 3 -> random.nextLong();
            case 4 -> random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
            case 5 -> random.nextInt(4);
            case 6 -> text();
            case 7 -> {
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < random.nextInt(4); i++) {
                    list.add(value(depth - 1));
                }
                yield list;
            }
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = 0; i < random.nextInt(4); i++) {
                    map.put(text() + i, value(depth - 1));
                }
                yield map;
            }
        };
    }

    private String damaged(String json) {
        int at = random.nextInt(json.length());
        return switch (random.nextInt(3)) {
            case 0 -> json.substring(0, at);
            case 1 -> json.substring(0, at) + "\u0001" + json.substring(at);
            default -> json + "}";
        };
    }
}
