import Testing

@testable import EventCore

@Suite struct WallClockTests {
    @Test("readings that differ by the phase of a millisecond or by slewing change nothing")
    func steady() {
        var clock = WallClock(Moment(boot: 5_100_000, wall: 1_000))
        let shown = clock.wall(atBoot: 9_000_000_000)
        for (boot, wall) in [
            (6_000_000, 1_000), (5_999_999, 1_001), (5_000_000, 1_100), (5_000_000, 900),
        ] {
            let follows = clock.follow(Moment(boot: Int64(boot), wall: Int64(wall)))
            #expect(!follows)
        }
        #expect(clock.wall(atBoot: 9_000_000_000) == shown)
    }

    @Test(
        "a wall clock that was set is followed at once",
        arguments: [-86_400_000, -101, 101, 3_600_000])
    func set(step: Int64) {
        var clock = WallClock(Moment(boot: 5_000_000, wall: 1_000))
        let shown = clock.wall(atBoot: 9_000_000_000)
        let follows = clock.follow(Moment(boot: 5_000_000, wall: 1_000 + step))
        #expect(follows)
        #expect(clock.wall(atBoot: 9_000_000_000) == shown + step)
    }

    @Test("the phase makes up for the difference to what was promised")
    func phase() {
        let clock = WallClock(Moment(boot: 5_900_000, wall: 1_000))
        let boot: Int64 = 3_600_000_000_000
        let promised = clock.wall(atBoot: boot) + 1
        #expect(clock.phase(promised: promised, atBoot: boot) == 1)
    }
}
