package apus.openai.generate;

import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.runtime.Chat;
import apus.runtime.Conversation;
import apus.runtime.Engine;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes prompts of messages. Thread-safe. */
public final class ChatPrompts {
    private static final List<String> FIELDS = fields();

    private final ApiSettings settings;
    private final ParamReader reader;

    /**
     * @throws apus.runtime.RequestException if a configured default is not one
     */
    public ChatPrompts(ApiSettings settings) {
        this.settings = settings;
        this.reader = new ParamReader(settings);
    }

    private static List<String> fields() {
        List<String> names = new ArrayList<>(List.of("model", "tools", "tool_choice"));
        ChatParams.ALL.forEach(param -> names.add(param.name()));
        return List.copyOf(names);
    }

    /** Whether a body's field of this name is looked at. */
    public static boolean reads(String field) {
        return FIELDS.contains(field);
    }

    /**
     * The text that the template makes of a body's messages. Fields that have nothing to do with
     * messages are not looked at.
     *
     * @throws ApiException 400 naming the field at fault, or 404 for an unknown model
     * @throws apus.runtime.RequestException if the template refuses the conversation
     */
    public String text(ObjectNode body, Engine engine) {
        Params params = read(body, engine);
        return render(params, conversation(params, engine.chat()), engine.chat());
    }

    /** The token ids that the model is given for a body's messages. */
    public int[] tokens(ObjectNode body, Engine engine) {
        return of(read(body, engine), engine).prompt().ids();
    }

    private Params read(ObjectNode body, Engine engine) {
        ObjectNode fields = body.objectNode();
        body.properties().stream()
                .filter(field -> FIELDS.contains(field.getKey()))
                .forEach(field -> fields.set(field.getKey(), field.getValue()));
        return reader.read(
                Endpoint.CHAT, fields, Limits.of(engine, settings), engine.model().defaults());
    }

    /** The prompt of a checked chat request, before it is truncated. */
    ChatPrompt of(Params params, Engine engine) {
        Conversation conversation = conversation(params, engine.chat());
        boolean addSpecial = params.get(ChatParams.CHAT_ADD_SPECIAL_TOKENS);
        Prompt prompt;
        if (settings.parseSpecialInContent()) {
            String text = render(params, conversation, engine.chat());
            prompt = Prompt.ofText(engine.tokenizer(), text, addSpecial);
        } else {
            int[] ids = engine.encode(conversation, false, c -> render(params, c, engine.chat()));
            prompt = Prompt.ofIds(engine.tokenizer(), ids, false);
            if (addSpecial) {
                prompt = Prompt.ofText(engine.tokenizer(), "", true).around(prompt);
            }
        }
        ChatMessage last = params.get(ChatParams.MESSAGES).getLast();
        String role = conversation.addGenerationPrompt() ? settings.responseRole() : last.role();
        boolean echoes = params.get(OutputParams.ECHO) && last.role().equals(role);
        return new ChatPrompt(prompt, role, echoes ? last.content().joined() : "");
    }

    private static Conversation conversation(Params params, Chat chat) {
        Optional<String> own = params.find(ChatParams.CHAT_TEMPLATE);
        ContentForm form = ContentForm.of(own.or(chat::source).orElse(""));
        return new Conversations(
                        form, own.isPresent() ? role -> own.get().contains(role) : chat::mentions)
                .of(params);
    }

    private static String render(Params params, Conversation conversation, Chat chat) {
        return params.find(ChatParams.CHAT_TEMPLATE)
                .map(template -> chat.render(conversation, template))
                .orElseGet(() -> chat.render(conversation));
    }
}
