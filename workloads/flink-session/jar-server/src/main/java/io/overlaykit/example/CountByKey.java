package io.overlaykit.example;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * Numbers, sixteen keys and a count of each: state that a savepoint must bring back. The argument
 * is the pause after each number in milliseconds.
 */
public final class CountByKey {
    private CountByKey() {}

    public static void main(String[] args) throws Exception {
        long pause = args.length > 0 ? Long.parseLong(args[0]) : 10;
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        // Every stateful operator has a uid: a savepoint finds it by that in a changed job.
        env.fromSequence(0, Long.MAX_VALUE)
                .uid("numbers")
                .map(number -> slowly(number, pause))
                .uid("pause")
                .keyBy(number -> number % 16)
                .process(new Count())
                .uid("count")
                .sinkTo(new DiscardingSink<>())
                .uid("nowhere");
        env.execute("session-example");
    }

    private static Long slowly(Long number, long pause) throws InterruptedException {
        Thread.sleep(pause);
        return number;
    }

    private static final class Count extends KeyedProcessFunction<Long, Long, Long> {
        private transient ValueState<Long> count;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
        }

        @Override
        public void processElement(Long number, Context context, Collector<Long> out)
                throws Exception {
            Long before = count.value();
            long now = before == null ? 1 : before + 1;
            count.update(now);
            out.collect(now);
        }
    }
}
