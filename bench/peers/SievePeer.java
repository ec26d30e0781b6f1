import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The sieve's work on Kafka Streams: the same signals and usage days from the same records, kept in its in-memory state
 * stores with their changelogs. One thread, one store for ids seen and one for each number's day, keyed by day so that a
 * closed day is a range. What it leaves out: corrections of days that were told (the traffic has none), and a watermark
 * that outlives a crash.
 */
public final class SievePeer {
    static final long DAY_S = 86_400, OFFSET_S = 8 * 3_600, GRACE_S = 6 * 3_600;
    static final int CIRCLE_MAX = 20, CELLS_MAX = 5;
    static final byte[] SEEN = {1};
    static final JsonFactory JSON = new JsonFactory();

    private SievePeer() {}

    /** The job: where to read and write, and what the network is. */
    record Job(JsonNode told) {
        String text(String name) {
            return told.get(name).asText();
        }
    }

    public static void main(String[] arguments) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        Job job = new Job(mapper.readTree(new File(arguments[0])));
        Network network = new Network(job.told());
        for (JsonNode warm : job.told().get("warm")) {
            run(job, network, warm);
        }
        Map<String, Object> result = run(job, network, job.told());
        mapper.writeValue(new File(job.text("result")), result);
        System.exit(0);
    }

    /** Run the topology over all of a topic; return how long it took from the first record to the last commit. */
    static Map<String, Object> run(Job job, Network network, JsonNode input) throws InterruptedException {
        Progress progress = new Progress(input.get("records").asLong());
        try (KafkaStreams streams = new KafkaStreams(topology(input, network, progress), settings(job, input))) {
            streams.setUncaughtExceptionHandler(failure -> {
                failure.printStackTrace();
                Runtime.getRuntime().halt(1);
                return null;
            });
            streams.start();
            progress.taken.await();
            streams.close(Duration.ofSeconds(60));
        }
        return progress.result();
    }

    static Topology topology(JsonNode input, Network network, Progress progress) {
        Topology topology = new Topology();
        topology.addSource("cdrs", Serdes.ByteArray().deserializer(), Serdes.ByteArray().deserializer(),
            input.get("topic").asText());
        topology.addProcessor("sieve", () -> new Sieve(network, progress), "cdrs");
        for (String name : List.of("tallies", "seen")) {
            topology.addStateStore(
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                    .withCachingDisabled(),
                "sieve");
        }
        for (String name : List.of("signals", "days")) {
            topology.addSink(name, input.get(name).asText(), Serdes.ByteArray().serializer(),
                Serdes.ByteArray().serializer(), "sieve");
        }
        return topology;
    }

    static Properties settings(Job job, JsonNode input) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, input.get("group").asText());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, job.text("kafka"));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, job.text("home"));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, job.text("guarantee"));
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, job.told().get("commit_ms").asInt());
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 10_000);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4_000_000);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 100);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 262_144);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 134_217_728);
        return settings;
    }

    /** How far a run is. */
    static final class Progress {
        final CountDownLatch taken = new CountDownLatch(1);
        private final long records;
        private final AtomicLong count = new AtomicLong();
        private long began, cpuBegan;

        Progress(long records) {
            this.records = records;
        }

        void begin() {
            if (began == 0) {
                began = System.nanoTime();
                cpuBegan = cpu();
            }
        }

        void took() {
            if (count.incrementAndGet() == records) {
                taken.countDown();
            }
        }

        Map<String, Object> result() {
            return Map.of("records", count.get(), "seconds", (System.nanoTime() - began) / 1e9,
                "cpu_seconds", (cpu() - cpuBegan) / 1e9);
        }

        private static long cpu() {
            return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
        }
    }

    /** Whose network a number is on, and whose hotline a code is. */
    static final class Network {
        private static final long CHINA = 8_600_000_000_000L, WIDTH = 100_000_000_000L;
        private final byte[] byPrefix = new byte[1_000_000];
        private final List<String> operators = new ArrayList<>();
        final Map<String, String> hotlines = new HashMap<>();
        final String own;

        Network(JsonNode told) {
            own = told.get("own_operator").asText();
            told.get("hotlines").properties().forEach(each -> hotlines.put(each.getKey(), each.getValue().asText()));
            List<Map.Entry<String, JsonNode>> prefixes = new ArrayList<>(told.get("prefixes").properties());
            prefixes.sort((one, other) -> one.getKey().length() - other.getKey().length());
            for (Map.Entry<String, JsonNode> prefix : prefixes) {
                fill(prefix.getKey().substring(2), prefix.getValue().asText());
            }
        }

        private void fill(String digits, String operator) {
            if (!operators.contains(operator)) {
                operators.add(operator);
            }
            int width = (int) Math.pow(10, 6 - digits.length()), from = Integer.parseInt(digits) * width;
            Arrays.fill(byPrefix, from, from + width, (byte) (operators.indexOf(operator) + 1));
        }

        /** Return the operator of a number; null: nobody knows. */
        String operator(long number) {
            if (number < CHINA || number >= CHINA + WIDTH) {
                return null;
            }
            int code = byPrefix[(int) (number % WIDTH / 100_000)];
            return code == 0 ? null : operators.get(code - 1);
        }
    }

    /** What one record says. */
    static final class Cdr {
        String id = "", occurredAt = "", msisdn = "", service = "", direction = "out", peer, cell, imei;
        long durationS, bytes;

        static Cdr read(byte[] value) throws IOException {
            Cdr cdr = new Cdr();
            try (JsonParser parser = JSON.createParser(value)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    cdr.set(name, parser);
                }
            }
            return cdr;
        }

        private void set(String name, JsonParser parser) throws IOException {
            switch (name) {
                case "id" -> id = parser.getText();
                case "occurred_at" -> occurredAt = parser.getText();
                case "msisdn" -> msisdn = parser.getText();
                case "service" -> service = parser.getText();
                case "direction" -> direction = parser.getText();
                case "peer" -> peer = parser.getValueAsString();
                case "cell" -> cell = parser.getValueAsString();
                case "imei" -> imei = parser.getValueAsString();
                case "duration_s" -> durationS = parser.getLongValue();
                case "bytes" -> bytes = parser.getLongValue();
                default -> parser.skipChildren();
            }
        }

        long peerNumber() {
            return peer != null && peer.charAt(0) == '+' ? Long.parseLong(peer, 1, peer.length(), 10) : 0;
        }
    }

    /** What is kept of a number's day. */
    static final class Tally {
        final long[] counters = new long[9];
        long seenS;
        byte[] imei = {};
        int peers, cells;
        long[] circle = new long[12];
        byte[][] names = new byte[4][];
        int[] counts = new int[4];

        static Tally read(byte[] stored) {
            Tally tally = new Tally();
            if (stored == null) {
                return tally;
            }
            ByteBuffer in = ByteBuffer.wrap(stored);
            for (int at = 0; at < tally.counters.length; at++) {
                tally.counters[at] = in.getLong();
            }
            tally.seenS = in.getLong();
            tally.imei = bytes(in);
            tally.peers = in.getInt();
            tally.circle = new long[3 * tally.peers + 3];
            in.asLongBuffer().get(tally.circle, 0, 3 * tally.peers);
            in.position(in.position() + 24 * tally.peers);
            tally.cells = in.getInt();
            tally.names = new byte[tally.cells + 1][];
            tally.counts = new int[tally.cells + 1];
            for (int at = 0; at < tally.cells; at++) {
                tally.names[at] = bytes(in);
                tally.counts[at] = in.getInt();
            }
            return tally;
        }

        private static byte[] bytes(ByteBuffer in) {
            byte[] found = new byte[in.get()];
            in.get(found);
            return found;
        }

        byte[] stored() {
            int size = 8 * 10 + 1 + imei.length + 4 + 24 * peers + 4;
            for (int at = 0; at < cells; at++) {
                size += 5 + names[at].length;
            }
            ByteBuffer out = ByteBuffer.allocate(size);
            for (long counter : counters) {
                out.putLong(counter);
            }
            out.putLong(seenS).put((byte) imei.length).put(imei).putInt(peers);
            out.asLongBuffer().put(circle, 0, 3 * peers);
            out.position(out.position() + 24 * peers);
            out.putInt(cells);
            for (int at = 0; at < cells; at++) {
                out.put((byte) names[at].length).put(names[at]).putInt(counts[at]);
            }
            return out.array();
        }

        void add(Cdr cdr, long atS, Network network) {
            if (cdr.service.equals("voice")) {
                addCall(cdr, network);
            } else if (cdr.service.equals("sms")) {
                counters[4]++;
            }
            counters[5] += cdr.bytes;
            counters[8]++;
            if (cdr.cell != null) {
                addCell(cdr.cell.getBytes(StandardCharsets.UTF_8));
            }
            if (cdr.imei != null) {
                byte[] seen = cdr.imei.getBytes(StandardCharsets.UTF_8);
                if (atS > seenS || atS == seenS && Arrays.compare(seen, imei) > 0) {
                    seenS = atS;
                    imei = seen;
                }
            }
        }

        private void addCall(Cdr cdr, Network network) {
            int way = cdr.direction.equals("in") ? 1 : 0;
            counters[way]++;
            counters[2 + way] += cdr.durationS;
            long number = cdr.peerNumber();
            String operator = network.operator(number);
            if (operator != null) {
                counters[operator.equals(network.own) ? 6 : 7]++;
            }
            if (number > 0) {
                addPeer(number, cdr.durationS);
            }
        }

        private void addPeer(long number, long seconds) {
            int at = 0;
            while (at < 3 * peers && circle[at] != number) {
                at += 3;
            }
            if (at == 3 * peers) {
                if (at + 3 > circle.length) {
                    circle = Arrays.copyOf(circle, 2 * circle.length + 3);
                }
                circle[at] = number;
                peers++;
            }
            circle[at + 1]++;
            circle[at + 2] += seconds;
        }

        private void addCell(byte[] name) {
            int at = 0;
            while (at < cells && !Arrays.equals(names[at], name)) {
                at++;
            }
            if (at == cells) {
                if (at == names.length) {
                    names = Arrays.copyOf(names, 2 * at + 1);
                    counts = Arrays.copyOf(counts, 2 * at + 1);
                }
                names[at] = name;
                cells++;
            }
            counts[at]++;
        }
    }

    /** One partition's sieve. */
    static final class Sieve implements Processor<byte[], byte[], byte[], byte[]> {
        private final Network network;
        private final Progress progress;
        private final TreeSet<Integer> open = new TreeSet<>();
        private ProcessorContext<byte[], byte[]> context;
        private KeyValueStore<Bytes, byte[]> tallies, seen;
        private long latestS;

        Sieve(Network network, Progress progress) {
            this.network = network;
            this.progress = progress;
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> given) {
            context = given;
            tallies = given.getStateStore("tallies");
            seen = given.getStateStore("seen");
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            progress.begin();
            try {
                take(Cdr.read(record.value()), record.timestamp());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            progress.took();
        }

        private void take(Cdr cdr, long timestamp) throws IOException {
            long atS = OffsetDateTime.parse(cdr.occurredAt).toEpochSecond();
            hear(cdr, timestamp);
            int day = (int) Math.floorDiv(atS + OFFSET_S, DAY_S);
            if (closesAt(day) > latestS) {
                tally(day, cdr, atS);
            }
            latestS = Math.max(latestS, atS);
            while (!open.isEmpty() && closesAt(open.first()) <= latestS) {
                close(open.pollFirst(), timestamp);
            }
        }

        private static long closesAt(int day) {
            return (day + 1) * DAY_S - OFFSET_S + GRACE_S;
        }

        private void tally(int day, Cdr cdr, long atS) {
            Bytes id = key(day, cdr.id);
            if (seen.get(id) != null) {
                return;
            }
            seen.put(id, SEEN);
            Bytes key = key(day, cdr.msisdn);
            Tally tally = Tally.read(tallies.get(key));
            tally.add(cdr, atS, network);
            tallies.put(key, tally.stored());
            open.add(day);
        }

        private static Bytes key(int day, String text) {
            byte[] name = text.getBytes(StandardCharsets.UTF_8);
            return Bytes.wrap(ByteBuffer.allocate(4 + name.length).putInt(day).put(name).array());
        }

        private void hear(Cdr cdr, long timestamp) throws IOException {
            String hotline = cdr.peer == null ? null : network.hotlines.get(cdr.peer);
            if (hotline != null) {
                if (cdr.service.equals("voice") && cdr.direction.equals("out")) {
                    say("signals", cdr.msisdn, signal(cdr, "rival_hotline", hotline), timestamp);
                }
            } else if (cdr.direction.equals("forwarded")) {
                String operator = network.operator(cdr.peerNumber());
                if (operator != null && !operator.equals(network.own)) {
                    say("signals", cdr.msisdn, signal(cdr, "rival_forwarded_leg", operator), timestamp);
                }
            }
        }

        private void close(int day, long timestamp) throws IOException {
            List<Bytes> done = new ArrayList<>();
            Bytes prefix = Bytes.wrap(ByteBuffer.allocate(4).putInt(day).array());
            try (KeyValueIterator<Bytes, byte[]> all = tallies.prefixScan(prefix, new BytesSerializer())) {
                while (all.hasNext()) {
                    KeyValue<Bytes, byte[]> each = all.next();
                    byte[] key = each.key.get();
                    String msisdn = new String(key, 4, key.length - 4, StandardCharsets.UTF_8);
                    say("days", msisdn, usageDay(msisdn, day, Tally.read(each.value), network), timestamp);
                    done.add(each.key);
                }
            }
            done.forEach(tallies::delete);
            done.clear();
            try (KeyValueIterator<Bytes, byte[]> all = seen.prefixScan(prefix, new BytesSerializer())) {
                all.forEachRemaining(each -> done.add(each.key));
            }
            done.forEach(seen::delete);
        }

        private void say(String sink, String msisdn, byte[] value, long timestamp) {
            context.forward(new Record<>(msisdn.getBytes(StandardCharsets.UTF_8), value, timestamp), sink);
        }
    }

    static byte[] signal(Cdr cdr, String kind, String operator) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(300);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("id", derivedId("signal", kind, cdr.id));
            json.writeStringField("occurred_at", cdr.occurredAt);
            json.writeStringField("msisdn", cdr.msisdn);
            json.writeStringField("kind", kind);
            json.writeStringField("peer", cdr.peer);
            json.writeStringField("operator", operator);
            json.writeNumberField("duration_s", cdr.durationS);
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    static final String[] COUNTERS = {"calls_out", "calls_in", "seconds_out", "seconds_in", "messages", "bytes",
        "own_net_calls", "other_net_calls", "version"};

    static byte[] usageDay(String msisdn, int day, Tally tally, Network network) throws IOException {
        String named = LocalDate.ofEpochDay(day).toString();
        ByteArrayOutputStream out = new ByteArrayOutputStream(600);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("id", derivedId("usage_day", msisdn, named, Long.toString(tally.counters[8])));
            json.writeStringField("occurred_at", LocalDate.ofEpochDay(day + 1) + "T00:00:00+08:00");
            json.writeStringField("msisdn", msisdn);
            json.writeStringField("day", named);
            for (int at = 0; at < COUNTERS.length; at++) {
                json.writeNumberField(COUNTERS[at], tally.counters[at]);
            }
            writeCircle(json, tally, network);
            writeCells(json, tally);
            if (tally.imei.length > 0) {
                json.writeStringField("imei", new String(tally.imei, StandardCharsets.UTF_8));
            }
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void writeCircle(JsonGenerator json, Tally tally, Network network) throws IOException {
        long[][] circle = new long[tally.peers][];
        int own = 0, other = 0;
        for (int at = 0; at < tally.peers; at++) {
            circle[at] = Arrays.copyOfRange(tally.circle, 3 * at, 3 * at + 3);
            String operator = network.operator(circle[at][0]);
            if (operator != null && operator.equals(network.own)) {
                own++;
            } else if (operator != null) {
                other++;
            }
        }
        Arrays.sort(circle, (one, two) -> one[1] != two[1] ? Long.compare(two[1], one[1])
            : one[2] != two[2] ? Long.compare(two[2], one[2]) : Long.compare(one[0], two[0]));
        json.writeNumberField("own_net_peers", own);
        json.writeNumberField("other_net_peers", other);
        json.writeArrayFieldStart("circle");
        for (int at = 0; at < Math.min(CIRCLE_MAX, circle.length); at++) {
            json.writeStartArray();
            json.writeString("+" + circle[at][0]);
            json.writeNumber(circle[at][1]);
            json.writeNumber(circle[at][2]);
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static void writeCells(JsonGenerator json, Tally tally) throws IOException {
        Integer[] order = new Integer[tally.cells];
        Arrays.setAll(order, at -> at);
        Arrays.sort(order, (one, two) -> tally.counts[one] != tally.counts[two]
            ? Integer.compare(tally.counts[two], tally.counts[one])
            : Arrays.compareUnsigned(tally.names[one], tally.names[two]));
        json.writeArrayFieldStart("cells");
        for (int at = 0; at < Math.min(CELLS_MAX, order.length); at++) {
            json.writeStartArray();
            json.writeString(new String(tally.names[order[at]], StandardCharsets.UTF_8));
            json.writeNumber(tally.counts[order[at]]);
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static final byte[] NAMESPACE = HexFormat.of().parseHex("6b6c6e657465" + "6c65636f6d6b65657021");

    /** Return what shared/ids.py returns: a UUID version 5 of the parts. */
    static String derivedId(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(NAMESPACE);
            byte[] hash = digest.digest(String.join("\0", parts).getBytes(StandardCharsets.UTF_8));
            hash[6] = (byte) (hash[6] & 0x0f | 0x50);
            hash[8] = (byte) (hash[8] & 0x3f | 0x80);
            String hex = HexFormat.of().formatHex(hash, 0, 16);
            return String.join("-", hex.substring(0, 8), hex.substring(8, 12), hex.substring(12, 16),
                hex.substring(16, 20), hex.substring(20));
        } catch (java.security.NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
