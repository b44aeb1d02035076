package apus.openai.cli;

import apus.runtime.ModelReport;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A model report for programs. */
final class InspectJson {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private InspectJson() {}

    static String of(ModelReport report) {
        ObjectNode json = JSON.createObjectNode();
        json.put("model", report.directory().toString());
        json.put("usable", report.usable());
        strings(json.putArray("problems"), report.problems());
        strings(json.putArray("architectures"), report.architectures());
        json.put("quantization", report.quantization().orElse(null));
        json.set("spec", report.shape().map(InspectJson::shape).orElse(null));
        json.put("parameters", report.parameters());
        json.put("bytes", report.bytes());
        json.put("weight_memory_bytes", boxed(report.weightMemory()));
        json.put("memory_bytes", boxed(report.memory()));
        ObjectNode files = json.putObject("files");
        report.files().forEach(files::put);
        ObjectNode formats = json.putObject("formats");
        report.formats()
                .forEach((format, sum) ->
                        formats.putObject(format)
                                .put("tensors", sum.tensors())
                                .put("parameters", sum.parameters())
                                .put("bytes", sum.bytes()));
        json.putObject("tokenizer")
                .put("vocab_size", boxed(report.tokenizer().vocab()))
                .put("problem", report.tokenizer().problem().orElse(null));
        json.put("chat_template_characters", boxed(report.chatTemplate()));
        ArrayNode backends = json.putArray("backends");
        report.backends()
                .forEach(b ->
                        backends.addObject()
                                .put("name", b.name())
                                .put("takes", b.takes())
                                .put("reason", b.takes() ? null : b.reason())
                                .put("about", b.about().isEmpty() ? null : b.about()));
        strings(json.putArray("failed_backends"), report.failedBackends());
        tensors(json.putArray("tensors"), report);
        return write(json);
    }

    private static ObjectNode shape(ModelReport.Shape shape) {
        return JSON.createObjectNode()
                .put("family", shape.family())
                .put("layers", shape.layers())
                .put("hidden", shape.hidden())
                .put("heads", shape.heads())
                .put("kv_heads", shape.kvHeads())
                .put("head_dim", shape.headDim())
                .put("vocab", shape.vocab())
                .put("context", shape.context())
                .put("held_tokens", shape.heldTokens())
                .put("kv_bytes_per_token", shape.kvBytesPerToken());
    }

    private static void tensors(ArrayNode json, ModelReport report) {
        for (ModelReport.Tensor tensor : report.tensors()) {
            ObjectNode node = json.addObject();
            node.put("name", tensor.name()).put("format", tensor.format());
            ArrayNode shape = node.putArray("shape");
            tensor.shape().forEach(shape::add);
            node.put("bytes", tensor.bytes());
        }
    }

    private static void strings(ArrayNode array, Collection<String> values) {
        values.forEach(array::add);
    }

    private static Integer boxed(OptionalInt value) {
        return value.isPresent() ? Integer.valueOf(value.getAsInt()) : null;
    }

    private static Long boxed(OptionalLong value) {
        return value.isPresent() ? Long.valueOf(value.getAsLong()) : null;
    }

    private static String write(ObjectNode json) {
        try {
            return JSON.writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
