create table articles (
  id int primary key,
  title text not null,
  summary text not null
);

insert into articles values
  (1, 'Running a database at night', 'What a pager is for'),
  (2, 'Foxes of the north', 'They run on ice, and sleep in the snow'),
  (3, 'Rust on iron bridges', 'How paint wins time');
