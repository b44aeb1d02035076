package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that asks for the end of the connection gets it: some read until it comes. */
class ConnectionCloseTest {
    private static void assertEndsAfter(String connection) throws Exception {
        try (ApiServer server = Servers.loading(Servers.settings());
                RawClient client = RawClient.connect(server)) {
            RawClient.Reply reply =
                    client.send("GET", "/version", "", "Connection: " + connection).reply();

            assertEquals(200, reply.status());
            long start = System.nanoTime();
            assertTrue(client.ended());
            assertTrue(
                    System.nanoTime() - start < Duration.ofSeconds(3).toNanos(),
                    "the end took too long");
        }
    }

    @Test
    @Timeout(30)
    void closeIsHonouredWhateverItsCase() throws Exception {
        assertEndsAfter("close");
        assertEndsAfter("Close");
    }

    @Test
    @Timeout(30)
    void withoutItTheConnectionStays() throws Exception {
        try (ApiServer server = Servers.loading(Servers.settings());
                RawClient client = RawClient.connect(server)) {
            assertEquals(200, client.send("GET", "/version", "").reply().status());
            assertEquals(200, client.send("GET", "/version", "").reply().status());
        }
    }
}
