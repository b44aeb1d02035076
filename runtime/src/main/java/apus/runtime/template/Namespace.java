package apus.runtime.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code namespace()} gives: the one thing whose members a template may set. */
final class Namespace {
    private final Map<String, Object> members = new LinkedHashMap<>();

    Map<String, Object> members() {
        return members;
    }

    Object get(String name) {
        Object value = members.get(name);
        return value == null && !members.containsKey(name) ? Undefined.member(this, name) : value;
    }

    void set(String name, Object value) {
        members.put(name, value);
    }
}
