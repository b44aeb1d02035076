package apus.openai.hub;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the fake hub sends.
 *
 * @param body what there is
 * @param length the Content-Length to claim, true or not
 * @param cut after how many bytes of the body the connection is closed
 * @param hang whether the connection stays open after that, silent
 */
record Reply(
        int status,
        Map<String, String> headers,
        byte[] body,
        OptionalLong length,
        int cut,
        boolean hang) {

    static Reply of(int status) {
        return new Reply(
                status, Map.of(), new byte[0], OptionalLong.empty(), Integer.MAX_VALUE, false);
    }

    static Reply ok(byte[] body) {
        return of(200).body(body);
    }

    Reply body(byte[] bytes) {
        return new Reply(status, headers, bytes, length, cut, hang);
    }

    Reply with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body, length, cut, hang);
    }

    Reply claiming(long bytes) {
        return new Reply(status, headers, body, OptionalLong.of(bytes), cut, hang);
    }

    Reply cutAfter(int bytes) {
        return new Reply(status, headers, body, length, bytes, hang);
    }

    Reply silentAfter(int bytes) {
        return new Reply(status, headers, body, length, bytes, true);
    }
}
