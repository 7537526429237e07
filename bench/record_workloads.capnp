# The records of record_workloads.h as Cap'n Proto has them.
@0xb7d2f0c4a9134e61;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("cap");

struct Tick {
  id @0 :UInt64;
  time @1 :Int64;
  price @2 :Float64;
  size @3 :Float64;
  flags @4 :UInt32;
  kind @5 :UInt8;
  live @6 :Bool;
  symbol @7 :Text;
}

struct Vec3 {
  x @0 :Float32;
  y @1 :Float32;
  z @2 :Float32;
}

struct Weapon {
  name @0 :Text;
  damage @1 :Int16;
}

struct Monster {
  name @0 :Text;
  hp @1 :Int32;
  mana @2 :Int32;
  friendly @3 :Bool;
  color @4 :UInt8;
  position @5 :Vec3;
  inventory @6 :Data;
  weapons @7 :List(Weapon);
  path @8 :List(Vec3);
  equipped @9 :Weapon;
}

struct Series {
  name @0 :Text;
  values @1 :List(Int64);
  labels @2 :List(Text);
}
